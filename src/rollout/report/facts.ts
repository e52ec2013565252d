/** What both reports are made from and made of: flat facts as SQL rows give them, causes, counts. All times in milliseconds since 1970. */
import { isReason, type ReasonOwner, reasonRule } from '../reasons.ts'
import { laneClosedStates } from '../states.ts'

export interface ReportRollout {
  readonly id: string
  readonly name: string
  readonly kind: 'update' | 'rollback'
  readonly state: string
  /** Where its devices are to arrive, as a number. */
  readonly toVersion: number
  readonly startedAt: number | null
  readonly finishedAt: number | null
}

/** What a report is of, and as of when. */
export interface ReportScope {
  readonly madeAt: number
  /** Only stores of this zone (a report at a fixed hour); null = the whole chain. */
  readonly timeZone: string | null
  /** A reading older than this proves nothing any more. */
  readonly staleMinutes: number
  readonly rollout: ReportRollout
}

export interface ReportStore {
  readonly code: string
  readonly name: string
  readonly phone: string | null
  /** IANA name. */
  readonly timeZone: string
}

/** One device in the rollout, and what is known of it. */
export interface ReportDevice {
  readonly storeCode: string
  readonly cashId: string
  readonly number: number
  readonly name: string
  readonly kind: string
  readonly inReserve: boolean
  readonly hasAddress: boolean
  /** Of its update in this rollout. */
  readonly state: string
  readonly reason: string | null
  /** When it last said something of itself, and to what question (`look`, `activate` …). */
  readonly readAt: number | null
  readonly source: string | null
  /** When it was last asked, and why that gave nothing; null = it answered. */
  readonly askedAt: number | null
  readonly unreachableReason: string | null
}

/** What the report itself finds; everything else is a state or a reason of the core. */
export const reportCauses = [
  'notLookedAt',
  'readingOld',
  'neverAnswered',
  'noTimeTonight',
  'noFirstReceipt',
  'notHealthy',
  'starting',
  'healthUnknown',
] as const
export type ReportCause = (typeof reportCauses)[number]

/** Why a device stands where it stands. The first cause of a device is the one it is counted by. */
export interface Cause {
  /** Where the code is from: the update's state or reason, a precondition, the asking, the report. */
  readonly from: 'state' | 'reason' | 'finding' | 'reach' | 'report'
  readonly code: string
  readonly level: 'block' | 'warn'
  readonly params: Readonly<Record<string, unknown>>
  /** The device did not say whether it is so (`unknown: true` of a precondition): never counted as if it had. */
  readonly isUnknown: boolean
  /** Since when at the least; null = not known. */
  readonly since: number | null
  /** Who can do something about it; null = nobody has to. */
  readonly owner: ReasonOwner | null
}

const STATE_OWNERS: Readonly<Record<string, ReasonOwner>> = {
  broken: 'store',
  inDoubt: 'network',
  unhealthy: 'us',
  rollingBack: 'us',
  activating: 'us',
  armed: 'us',
  restarting: 'us',
  disarming: 'us',
  rolledBack: 'package',
  failed: 'us',
}
const CAUSE_OWNERS: Readonly<Record<ReportCause, ReasonOwner>> = {
  notLookedAt: 'us',
  readingOld: 'us',
  neverAnswered: 'store',
  noTimeTonight: 'us',
  noFirstReceipt: 'store',
  notHealthy: 'store',
  starting: 'us',
  healthUnknown: 'us',
}

function ownerOf(from: Cause['from'], code: string): ReasonOwner | null {
  if (from === 'state') return STATE_OWNERS[code] ?? null
  if (isReason(code)) return reasonRule(code).owner
  return Object.hasOwn(CAUSE_OWNERS, code) ? CAUSE_OWNERS[code as ReportCause] : null
}

export function cause(
  from: Cause['from'],
  code: string,
  since: number | null,
  rest: { level?: Cause['level']; params?: Cause['params'] } = {},
): Cause {
  return {
    from,
    code,
    level: rest.level ?? 'block',
    params: rest.params ?? {},
    isUnknown: rest.params?.unknown === true,
    since,
    owner: ownerOf(from, code),
  }
}

/** Of these states the reason says all, and what to do. */
const SAID_BY_REASON = new Set(['failed', 'skipped'])

/** The state, with its reason behind it, when there is one. */
export function stateCauses({ state, reason }: ReportDevice, since: number | null): Cause[] {
  if (reason === null) return [cause('state', state, since)]
  const why = cause('reason', reason, since)
  return SAID_BY_REASON.has(state) ? [why] : [cause('state', state, since), why]
}

/** What ends well: an update arrives at `succeeded`, a rollback that was asked for at `rolledBack`. */
export function hasArrived(rollout: ReportRollout, device: ReportDevice): boolean {
  if (device.state === 'skipped') return device.reason === 'notNeeded' || device.reason === 'versionLower'
  return device.state === (rollout.kind === 'rollback' ? 'rolledBack' : 'succeeded')
}

/** Each code once, where row and reading name the same thing: the first stays. */
export const distinct = (causes: readonly Cause[]): Cause[] =>
  causes.filter(({ code }, i) => causes.findIndex((other) => other.code === code) === i)

/**
 * Who is in no percentage, and why: tills in reserve, without an address, or that never answered any question.
 * A device that was spoken to in this rollout is never among the last two.
 */
export function apartCause(device: ReportDevice): Cause | null {
  if (device.inReserve) return cause('reason', 'inReserve', null)
  const spokenTo = laneClosedStates.has(device.state) || ['succeeded', 'rolledBack'].includes(device.state)
  if (spokenTo) return null
  if (!device.hasAddress) return cause('reason', 'noAddress', null)
  if (device.askedAt !== null && device.readAt === null)
    return cause('report', 'neverAnswered', null, { params: { reason: device.unreachableReason } })
  return null
}

/** One decimal, rounded down: 100 is said only when it is all. Null when there is nothing to count. */
export function percentOf(part: number, whole: number): number | null {
  return whole === 0 ? null : Math.floor((part * 1000) / whole) / 10
}

/** How often each of `keys` occurs, zero said as zero. */
export function countBy<T, K extends string>(
  items: readonly T[],
  keys: readonly K[],
  keyOf: (item: T) => K,
): Record<K, number> {
  const counts = Object.fromEntries(keys.map((key) => [key, 0])) as Record<K, number>
  for (const item of items) counts[keyOf(item)] += 1
  return counts
}

export interface CauseCount {
  readonly from: Cause['from']
  readonly code: string
  readonly isUnknown: boolean
  readonly owner: ReasonOwner | null
  readonly devices: number
  /** Codes of the stores, in the order of the report. */
  readonly stores: readonly string[]
}

/** Most frequent first. Each item counts once, so the devices add up to the items given. */
export function countCauses(items: readonly { storeCode: string; cause: Cause }[]): CauseCount[] {
  const found = new Map<string, { cause: Cause; devices: number; stores: Set<string> }>()
  for (const { storeCode, cause: one } of items) {
    const key = `${one.from} ${one.code} ${one.isUnknown}`
    const entry = found.get(key) ?? { cause: one, devices: 0, stores: new Set<string>() }
    entry.devices += 1
    entry.stores.add(storeCode)
    found.set(key, entry)
  }
  return [...found.values()]
    .sort((a, b) => b.devices - a.devices || compareText(a.cause.code, b.cause.code))
    .map(({ cause: { from, code, isUnknown, owner }, devices, stores }) => ({
      from,
      code,
      isUnknown,
      owner,
      devices,
      stores: [...stores],
    }))
}

export const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** In a store: tills by number, those without one by cash id. */
export function compareDevices(a: ReportDevice, b: ReportDevice): number {
  return a.number - b.number || compareText(a.cashId, b.cashId)
}

/** Devices by the code of their store. */
export function byStore<T extends { readonly storeCode: string }>(devices: readonly T[]): Map<string, T[]> {
  const found = new Map<string, T[]>()
  for (const device of devices) {
    const list = found.get(device.storeCode)
    if (list === undefined) found.set(device.storeCode, [device])
    else list.push(device)
  }
  return found
}

export const isOld = (at: number, { madeAt, staleMinutes }: ReportScope): boolean =>
  madeAt - at > staleMinutes * 60_000
