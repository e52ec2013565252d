/** When the server last proved to be there: itself, or by a till's answer that came through it. */
import type { StoreWhole } from '../../api/types.ts'

export interface Seen {
  readonly at: string
  readonly by: 'worker' | 'agent' | 'till'
  /** The worker, or the device. */
  readonly name: string
}

export const serverDevice = ({ devices }: StoreWhole) => devices.find((one) => one.kind === 'storeServer')

export function lastSeen(store: StoreWhole): Seen | undefined {
  const { contact, devices } = store
  const seen: Seen[] = devices.flatMap(({ kind, cashId, status }) => {
    if (status?.readAt == null) return []
    return [{ at: status.readAt, by: kind === 'storeServer' ? 'agent' : 'till', name: cashId } as const]
  })
  if (contact?.readAt != null) seen.push({ at: contact.readAt, by: 'worker', name: contact.source })
  return seen.reduce<Seen | undefined>(
    (best, one) => (best === undefined || Date.parse(one.at) > Date.parse(best.at) ? one : best),
    undefined,
  )
}

/** Why it did not answer when it was last spoken to; undefined: it did, or nobody knows. */
export function silence(store: StoreWhole): string | undefined {
  const { contact } = store
  if (contact?.reason == null) return undefined
  const seen = lastSeen(store)
  return seen !== undefined && Date.parse(seen.at) > Date.parse(contact.askedAt) ? undefined : contact.reason
}

const LOW_SHARE = 0.1
const VERY_LOW_SHARE = 0.03

/** By the share of the disk, and by the largest package that is there. */
export function diskLevel(free: number, total: number, largest: number): 'ok' | 'warn' | 'bad' {
  if (free < total * VERY_LOW_SHARE || free < largest) return 'bad'
  return free < total * LOW_SHARE || free < 3 * largest ? 'warn' : 'ok'
}
