import { z } from 'zod'
import { pinAll, readPinnable } from '../../db/host-key-import.ts'
import { findHost, type ListedHost, MAX_PINS, retireKey } from '../../db/host-keys.ts'
import { isFingerprint } from '../../hosts/fingerprint-file.ts'
import { viewKey } from '../../hosts/host-key.ts'
import { parseKeyList } from '../../hosts/key-list.ts'
import { parseKnownHosts } from '../../hosts/known-hosts.ts'
import {
  type PinChange,
  type PinPlan,
  pinPlanHash,
  pinsOf,
  planKeyList,
  planKnownHosts,
} from '../../hosts/pin-plan.ts'
import type { Call, Handled } from '../call.ts'
import { hostView } from '../host-view.ts'
import { listQuery, pageAnswer, readList } from '../list.ts'
import { hostList, hostStates } from '../lists/hosts.ts'
import { Problem } from '../problem.ts'
import { identifier, sha256 } from '../schemas.ts'

export const hostKeysQuery = listQuery(1000, 10_000, {
  state: z.enum(['changed', 'unpinned', 'several']).optional(),
  store: identifier(64).optional(),
})

/** Every host with its pins, when a person confirmed each, and whether it shows another key now. */
export async function listHostKeysHandler(call: Call<unknown, z.output<typeof hostKeysQuery>>): Handled {
  const { db, query, principal } = call
  const { state, store } = query
  const where = [
    ...(state === undefined ? [] : [() => hostStates[state]]),
    ...(store === undefined ? [] : [(push: (value: unknown) => string) => `h.code = ${push(store)}::text`]),
  ]
  const of = JSON.stringify([state, store])
  const page = await readList<ListedHost & { id: string }>(db, hostList, {
    ...{ query, groups: principal.storeGroups, where, of },
  })
  return { body: pageAnswer(page, page.rows.map(hostView)) }
}

const fingerprint = z.string().refine(isFingerprint, 'SHA256: and 43 characters of base64')
export const retireBody = z.union([
  z.strictObject({ store: identifier(64), fingerprint }),
  z.strictObject({ cashId: identifier(64), fingerprint }),
])

/** Takes one of several pinned keys off: the end of a rotation. */
export async function retireKeyHandler(call: Call<unknown, unknown, z.output<typeof retireBody>>): Handled {
  const { db, body, actor, principal } = call
  const host = await findHost(db.pool, body)
  const path = 'store' in body ? 'store' : 'cashId'
  if (host === undefined) throw new Problem('hostUnknown', { path })
  const { storeGroups } = principal
  if (storeGroups !== null && (host.group === null || !storeGroups.includes(host.group)))
    throw new Problem('outOfScope')
  const end = await retireKey(db, { host, fingerprint: body.fingerprint, actor })
  if (end === 'lastKey') throw new Problem('lastHostKey')
  if (end !== 'retired') throw new Problem('fingerprintUnknown', { path: 'fingerprint' })
  const left = await findHost(db.pool, body)
  const { store, cashId } = host
  return { body: { store, cashId, keys: (left?.pinned ?? []).map(viewKey) } }
}

export const IMPORT_BYTES = 16 * 1024 * 1024
export const importKeysBody = z.strictObject({
  format: z.enum(['knownHosts', 'csv']),
  text: z.string().min(1).max(IMPORT_BYTES),
  /** `add` leaves alone what contradicts it. */
  mode: z.enum(['add', 'replace']).default('add'),
  /** Of the preview that is to be done; left out: only the preview. */
  previewHash: sha256.optional(),
})
type ImportCall = Call<unknown, unknown, z.output<typeof importKeysBody>>

const changeView = ({ store, cashId, host, port, verdict, pinned, after, lines }: PinChange) => ({
  ...{ store, cashId, host, port, verdict, lines },
  pinned: pinned.map(viewKey),
  after: after.map(viewKey),
})

function planView(plan: PinPlan) {
  const pins = new Set(pinsOf(plan))
  const left = plan.changes.filter((change) => !pins.has(change) && change.verdict === 'contradicts')
  return {
    previewHash: pinPlanHash(plan),
    hosts: plan.changes.length,
    same: plan.changes.filter(({ verdict }) => verdict === 'same').length,
    changes: [...pins].map(changeView),
    /** Not touched: what is pinned and what the list says have nothing in common. */
    contradictions: left.map(changeView),
    faults: plan.faults,
    unmatched: plan.unmatched,
    pinnedRevoked: plan.pinnedRevoked,
  }
}

async function planOf({ db, body, principal }: ImportCall): Promise<PinPlan> {
  const hosts = await readPinnable(db.pool, principal.storeGroups)
  return body.format === 'csv'
    ? planKeyList(parseKeyList(body.text), hosts, body.mode)
    : planKnownHosts(parseKnownHosts(body.text), hosts, body.mode)
}

/** First what would be pinned where; then, with that preview's hash, all of it or nothing. */
export async function importKeysHandler(call: ImportCall): Handled {
  const { db, body, actor } = call
  const plan = await planOf(call)
  const shown = planView(plan)
  if (body.previewHash === undefined) return { body: { preview: true, ...shown } }
  if (body.previewHash !== shown.previewHash)
    throw new Problem('previewDiffers', { more: { previewHash: shown.previewHash } })
  const pins = pinsOf(plan)
  if (pins.some(({ after }) => after.length > MAX_PINS)) throw new Problem('tooManyHostKeys')
  if (pins.length === 0) throw new Problem('nothingToEnrol')
  const source = body.format === 'csv' ? 'file' : 'knownHosts'
  const requestId = await pinAll(db, pins, { source, mode: body.mode, actor })
  if (requestId === false) throw new Problem('previewDiffers')
  return { body: { preview: false, requestId, pinned: pins.length, ...shown } }
}
