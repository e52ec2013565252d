/** What preconditions look at, and what a look can find. Shapes and readings only. */
import type { Policy } from '../policy.ts'

/** What a device says of itself: a part of the contract's status. Null is unknown. */
export interface DeviceFacts {
  readonly activity: 'idle' | 'receipt' | 'payment' | 'technicalBreak' | 'service' | 'unknown'
  readonly blocked: boolean | null
  readonly shift: {
    readonly open: boolean | null
    readonly number: number | null
    readonly openedAt: string | null
  } | null
  /** Kopecks. */
  readonly drawer: number | null
  readonly cashier: { readonly kind: 'none' | 'person' | 'selfCheckout'; readonly name: string | null } | null
  readonly printer?: 'ready' | 'notReady' | null | undefined
  readonly replication: { readonly lagSeconds: number | null; readonly unsent: number | null } | null
  readonly disk: { readonly freeBytes: number } | null
  readonly clock: string | null
  readonly fiscal: {
    readonly flags: readonly string[]
    readonly validUntil: string | null
    readonly ffd: string | null
    readonly ofdQueue: {
      readonly length: number | null
      readonly firstNumber: number | null
      readonly firstAt: string | null
    } | null
  } | null
}

export interface PreconditionContext {
  /** Of the head office, milliseconds since 1970. */
  readonly now: number
  /** When the device said these facts; null: not known. */
  readonly readAt: number | null
  readonly kind: string
  readonly package: {
    /** Formats of fiscal documents it speaks; null: not checked. */
    readonly ffd: readonly string[] | null
    /** Firmware of the fiscal device. */
    readonly firmware: boolean
    /** Bytes. */
    readonly size: number
  }
  readonly closeShift: Policy['closeShift']
  readonly rules: Policy['preconditions']
}

export type Params = Readonly<Record<string, unknown>>

/** `limit` was passed, or only `warnLimit`. */
export interface Found {
  readonly passed: 'limit' | 'warnLimit'
  readonly params: Params
}
export const found = (params: Params = {}): Found => ({ passed: 'limit', params })
export const nearly = (params: Params = {}): Found => ({ passed: 'warnLimit', params })
export const unknown: Found = nearly({ unknown: true })

export const MINUTE_MS = 60_000
export const DAY_MS = 24 * 60 * MINUTE_MS

/** Sells, so that it has shifts, receipts, a drawer and a fiscal device. */
export const sells = (kind: string): boolean => kind === 'till' || kind === 'selfCheckout'

/** A date, or a time with its zone: without one it could be any of a day's hours. */
const TIME = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d))?$/

/** Milliseconds since 1970, or undefined: not said, or nothing that can be read. A date is its beginning in UTC. */
export function timeOf(text: string | null): number | undefined {
  const time = text !== null && TIME.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(time) ? undefined : time
}

/** Flags of a fiscal drive that stop sales today or in three days; every other flag is worth a warning. */
const STOPS_SALES = /^(critical|expired|replace)/
export const stopsSales = (flag: string): boolean => STOPS_SALES.test(flag)
