/** Keys of hosts as a person compares them. */
import type { EnrolmentRow } from '../db/enrolments.ts'
import type { ListedHost } from '../db/host-keys.ts'
import { deviceKeyLine } from '../hosts/authorized-keys.ts'
import { viewKey } from '../hosts/host-key.ts'
import { allowedEvents, enrolmentStates } from '../rollout/states.ts'

/** What a person may do; the rest are the conductor's and the workers' moves. */
const PERSONS: ReadonlySet<string> = new Set(['confirm', 'refuse'])

/**
 * `new`: nothing is pinned; `same`: all that it shows is pinned; `more`: also keys that are not pinned; `changed`: none
 * of what it shows is pinned. null: nothing was found yet.
 */
function verdictOf({ kind, keys, pinned }: EnrolmentRow): 'new' | 'same' | 'more' | 'changed' | null {
  if (kind !== 'hostKeys' || keys.length === 0) return null
  if (pinned.length === 0) return 'new'
  const known = new Set(pinned.map((key) => viewKey(key).fingerprint))
  const same = keys.filter((key) => known.has(viewKey(key).fingerprint)).length
  if (same === keys.length) return 'same'
  return same > 0 ? 'more' : 'changed'
}

export function enrolmentView(row: EnrolmentRow) {
  const { pinned, keys, publicKey, deviceKeysFile, ...own } = row
  const known = new Set(pinned.map((key) => viewKey(key).fingerprint))
  const found = keys.map(viewKey).map((key) => ({ ...key, isPinned: known.has(key.fingerprint) }))
  const byHand =
    row.kind === 'deviceKey' && row.state === 'shown' && row.cashId !== null ? keys[0] : undefined
  return {
    ...own,
    allowed: allowedEvents(enrolmentStates, row.state).filter((event) => PERSONS.has(event)),
    verdict: verdictOf(row),
    found,
    pinned: pinned.map(viewKey),
    /** For somebody to put into authorized_keys where the store has no file that we write. */
    line: byHand === undefined || row.cashId === null ? null : deviceKeyLine(row.cashId, byHand),
  }
}

export function hostView(row: ListedHost & { readonly id: string }) {
  const { storeId: _s, deviceId: _d, pinned, pinnedAt, alarms, ...own } = row
  const keys = pinned.map((line) => ({ ...viewKey(line), confirmedAt: pinnedAt[line] ?? null }))
  return { ...own, keys, changed: alarms.length > 0, alarms }
}
