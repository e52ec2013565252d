/**
 * What a fiscal device's own words amount to now: ages are computed, a label is never copied. Pure.
 * The limits are those of the preconditions `fiscalCritical`, `ofdQueueOld` and `statusStale`.
 */
import { DAY_MS, MINUTE_MS, stopsSales, timeOf } from './checks/precondition-facts.ts'
import { defaultPreconditions } from './policy.ts'

/** The fiscal part of a device's status: docs/nightctl.md. Null is unknown. */
export interface FiscalFacts {
  readonly deviceNumber: string | null
  readonly fnNumber: string | null
  readonly flags: readonly string[]
  /** A date, or a time with its zone. */
  readonly validUntil: string | null
  readonly ffd: string | null
  readonly ofdQueue: {
    readonly length: number | null
    readonly firstNumber: number | null
    readonly firstAt: string | null
  } | null
  readonly lastClosing: { readonly number: number | null; readonly at: string | null } | null
}

/**
 * Flags of a fiscal drive that have a name: what tags 1050 to 1053 of the Russian format of fiscal documents say of it, a
 * critical error, and its end. Whatever else a device gives is passed on as it stands. docs/nightctl.md has them, too.
 */
export const fiscalFlags = [
  'criticalError',
  'expired',
  'replaceWithin3Days',
  'endsWithin30Days',
  'memoryNearlyFull',
  'ofdOverdue',
] as const
export type FiscalFlag = (typeof fiscalFlags)[number]
export const isFiscalFlag = (flag: string): flag is FiscalFlag => fiscalFlags.some((known) => known === flag)

export const fiscalParts = ['reading', 'drive', 'validity', 'ofd'] as const
export type FiscalPart = (typeof fiscalParts)[number]

/** Code → what it is about. Each part has exactly one sign at a time. */
export const fiscalSignParts = {
  readingMissing: 'reading',
  readingOld: 'reading',
  readingFresh: 'reading',
  driveUnknown: 'drive',
  driveStops: 'drive',
  driveWarns: 'drive',
  driveWasInOrder: 'drive',
  driveInOrder: 'drive',
  validityUnknown: 'validity',
  validityOver: 'validity',
  validityEnds: 'validity',
  validityEndsSoon: 'validity',
  validityHolds: 'validity',
  ofdUnknown: 'ofd',
  ofdStopped: 'ofd',
  ofdOld: 'ofd',
  ofdLags: 'ofd',
  ofdUndated: 'ofd',
  ofdWaits: 'ofd',
  ofdWasEmpty: 'ofd',
  ofdEmpty: 'ofd',
} as const satisfies Record<string, FiscalPart>
export type FiscalSignCode = keyof typeof fiscalSignParts
export const fiscalSignCodes = Object.keys(fiscalSignParts) as FiscalSignCode[]

export const fiscalLevels = ['bad', 'warn', 'unknown', 'ok'] as const
export type FiscalLevel = (typeof fiscalLevels)[number]

export interface FiscalSign {
  readonly code: FiscalSignCode
  readonly level: FiscalLevel
  /** `days` are whole ones and may be negative; `minutes` since it said so. */
  readonly params: {
    readonly days?: number
    readonly minutes?: number
    readonly length?: number | null
    readonly firstNumber?: number | null
    readonly flags?: readonly string[]
  }
}

/** After 30 days without an answer of the OFD a fiscal drive signs nothing more (54-FZ). */
const OFD_STOPS_DAYS = 30
/** A drive is ordered and changed within a month. */
const VALID_WARN_DAYS = 30

const { fiscalCritical, ofdQueueOld, statusStale } = defaultPreconditions
const VALID_LIMIT_DAYS = fiscalCritical.limit ?? 0
const OFD_LIMIT_DAYS = ofdQueueOld.limit ?? 0
const OFD_WARN_DAYS = ofdQueueOld.warnLimit ?? 0
const STALE_MINUTES = statusStale.limit ?? 0

const sign = (code: FiscalSignCode, level: FiscalLevel, params: FiscalSign['params'] = {}): FiscalSign => ({
  code,
  level,
  params,
})

function readingSign(minutes: number | undefined): FiscalSign {
  if (minutes === undefined) return sign('readingMissing', 'unknown')
  return minutes > STALE_MINUTES
    ? sign('readingOld', 'warn', { minutes })
    : sign('readingFresh', 'ok', { minutes })
}

/** Without flags an old reading proves nothing of today. */
function driveSign(fiscal: FiscalFacts | null, isOld: boolean): FiscalSign {
  if (fiscal === null) return sign('driveUnknown', 'unknown')
  const { flags } = fiscal
  if (flags.some(stopsSales)) return sign('driveStops', 'bad', { flags })
  if (flags.length > 0) return sign('driveWarns', 'warn', { flags })
  return isOld ? sign('driveWasInOrder', 'unknown') : sign('driveInOrder', 'ok')
}

function validitySign(fiscal: FiscalFacts | null, now: number): FiscalSign {
  const until = timeOf(fiscal?.validUntil ?? null)
  if (until === undefined) return sign('validityUnknown', 'unknown')
  const days = Math.floor((until - now) / DAY_MS)
  if (days < 0) return sign('validityOver', 'bad', { days })
  if (days <= VALID_LIMIT_DAYS) return sign('validityEnds', 'bad', { days })
  return days <= VALID_WARN_DAYS
    ? sign('validityEndsSoon', 'warn', { days })
    : sign('validityHolds', 'ok', { days })
}

function ofdSign(fiscal: FiscalFacts | null, isOld: boolean, now: number): FiscalSign {
  const queue = fiscal?.ofdQueue ?? null
  if (queue === null) return sign('ofdUnknown', 'unknown')
  const { length, firstNumber } = queue
  if (length === 0) return isOld ? sign('ofdWasEmpty', 'unknown') : sign('ofdEmpty', 'ok')
  const firstAt = timeOf(queue.firstAt)
  if (firstAt === undefined)
    return length === null ? sign('ofdUnknown', 'unknown') : sign('ofdUndated', 'warn', { length })
  const days = Math.max(0, Math.floor((now - firstAt) / DAY_MS))
  const params = { days, length, firstNumber }
  if (days >= OFD_STOPS_DAYS) return sign('ofdStopped', 'bad', params)
  if (days >= OFD_LIMIT_DAYS) return sign('ofdOld', 'bad', params)
  return days >= OFD_WARN_DAYS ? sign('ofdLags', 'warn', params) : sign('ofdWaits', 'ok', params)
}

/**
 * One sign of each part, in the order of `fiscalParts`. `readAt`: when the device said this, `now`: the head office's
 * clock, both in milliseconds since 1970; null: it never said anything.
 */
export function fiscalSigns(fiscal: FiscalFacts | null, readAt: number | null, now: number): FiscalSign[] {
  const minutes = readAt === null ? undefined : Math.max(0, Math.floor((now - readAt) / MINUTE_MS))
  const said = minutes === undefined ? null : fiscal
  const isOld = minutes !== undefined && minutes > STALE_MINUTES
  return [readingSign(minutes), driveSign(said, isOld), validitySign(said, now), ofdSign(said, isOld, now)]
}

/** The worst of them: bad before warn before unknown before ok. */
export const worstLevel = (signs: readonly FiscalSign[]): FiscalLevel =>
  fiscalLevels.find((level) => signs.some((one) => one.level === level)) ?? 'unknown'

export const fiscalSignOf = (signs: readonly FiscalSign[], part: FiscalPart): FiscalSign | undefined =>
  signs.find(({ code }) => fiscalSignParts[code] === part)
