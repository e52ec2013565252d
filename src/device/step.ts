/** What a step is: it looks first, acts, looks again; so it can run twice, and a worker can die anywhere. */
import type { z } from 'zod'
import type { Policy } from '../rollout/policy.ts'
import type { ReasonCode } from '../rollout/reasons.ts'
import type { DeviceUpdateEvent } from '../rollout/states.ts'
import { isProvenEqual, readVersion } from '../rollout/versions.ts'
import type { Call, Claim, PackageRef, SignedManifest } from './commands.ts'
import * as commands from './commands.ts'
import { type Status, statusData } from './contract.ts'
import { DeviceFailure } from './failure.ts'

export interface StepContext {
  /** Calls nightctl. @throws DeviceFailure, or the signal's reason */
  call<T>(call: Call, schema: z.ZodType<T>, deadlineMs?: number): Promise<T>
  readonly claim: Claim
  readonly package: PackageRef
  /** Goes to devices that check it themselves; left out: nobody signed the package. */
  readonly signed?: SignedManifest
  /** Where the device fetches the package: a file on its own store server. */
  readonly source: string
  readonly policy: Policy
  readonly deviceKind: string
  /** `rollback`: the way back, from `package`, of a device that sells. */
  readonly rolloutKind: 'update' | 'rollback'
  /** What of the package the preconditions ask for; no formats of fiscal documents: null, not checked. */
  readonly packageFacts: { readonly ffd: readonly string[] | null; readonly firmware: boolean }
  /** Milliseconds since 1970: what begins later may not be over, or back, in time. Null: nothing presses. */
  readonly latestStart: number | null
  /** Its store server's update brings it along: it is looked at, and nothing is sent. */
  readonly carried: boolean
  /** Milliseconds since 1970: since when this step is tried again and again. */
  readonly triedSince: number
  /** The operation of the last attempt, where contact was lost in it; for what it may have left undone. */
  readonly interrupted: string | undefined
  /** The restart or rollback that contact was lost in; only for observe. */
  readonly lost:
    | {
        readonly step: 'restart' | 'rollback'
        readonly operation: string /** Milliseconds since 1970. */
        readonly at: number
      }
    | undefined
  /** Milliseconds between two looks. */
  readonly pollMs: number
  now(): number
  sleep(ms: number): Promise<void>
  progress(doneBytes: number): void
  /** Goes into the record of the attempt's end, however it ends. */
  note(params: Readonly<Record<string, unknown>>): void
  /** Keeps what the device said of itself. */
  sawStatus(status: Status): void
  /** A named place where a test may end the process. */
  crash(point: string): void
}

export interface StepEnd {
  readonly event: DeviceUpdateEvent
  readonly reason?: ReasonCode | null
  readonly params?: Readonly<Record<string, unknown>>
  readonly armedUntil?: Date | null
}

export interface DeviceStepRules {
  /** Already as it should be? Then the end; else undefined. */
  observe(context: StepContext): Promise<StepEnd | undefined>
  act(context: StepContext): Promise<StepEnd | undefined>
  confirm(context: StepContext): Promise<StepEnd>
  /** Seconds after which the attempt is given up. */
  deadlineSeconds(policy: Policy): number
}

/** Runs the three parts in their order, with a crash point around each. */
export async function runStep(rules: DeviceStepRules, context: StepContext): Promise<StepEnd> {
  context.crash('beforeObserve')
  const seen = await rules.observe(context)
  if (seen !== undefined) return seen
  context.crash('beforeAct')
  const ended = await rules.act(context)
  context.crash('afterAct')
  if (ended !== undefined) return ended
  const confirmed = await rules.confirm(context)
  context.crash('afterConfirm')
  return confirmed
}

/** What the device says of itself now. Another cash id than planned stops everything: `wrongDevice`. */
export async function look(context: StepContext): Promise<Status> {
  const status = await context.call(commands.status(), statusData)
  if (status.cashId !== context.claim.cashId) {
    throw new DeviceFailure('wrongDevice', {
      mayHaveActed: false,
      detail: `it says ${status.cashId ?? 'nothing'}`,
    })
  }
  context.sawStatus(status)
  return status
}

/** True only on proof: the full version of the running process. */
export const runsTarget = (context: StepContext, status: Status): boolean =>
  isProvenEqual(readVersion(status.version), context.package.version)

/** Versions never go down but by a rollback. Only a full version proves it. */
export function runsLater(context: StepContext, status: Status): boolean {
  const said = readVersion(status.version)
  return said.kind === 'full' && said.version > context.package.version
}

export const isStaged = (context: StepContext, status: Status): boolean =>
  status.staged.some((one) => one.sha256 === context.package.sha256)

export const isArmed = (context: StepContext, status: Status): boolean =>
  status.armed !== null && status.armed.sha256 === context.package.sha256

/** A refusal by us, before anything was sent. */
export const refuse = (reason: ReasonCode, detail?: string): DeviceFailure =>
  new DeviceFailure(reason, { mayHaveActed: false, ...(detail === undefined ? {} : { detail }) })
