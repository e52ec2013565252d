/** A person releases the next wave: at its gate's approval, or over it with a reason. */
import type { RolloutKind } from '../rollout/due.ts'
import { type Database, inTransaction } from './database.ts'
import { type GateNow, readGates, waitsForPerson } from './gates.ts'
import { releaseWave } from './waves.ts'

export type ReleaseAnswer =
  | { readonly ok: true; readonly gates: readonly GateNow[] }
  | { readonly ok: false; readonly why: 'notFound' }
  | { readonly ok: false; readonly why: 'notAllowed'; readonly detail: string }
  /** The gates before it are not fulfilled, as these say. */
  | { readonly ok: false; readonly why: 'reasonNeeded'; readonly gates: readonly GateNow[] }

export interface Release {
  readonly rolloutId: string
  readonly wave: number
  readonly reason?: string
  readonly actor: string
}

const COUNT = 'SELECT count(*)::int AS devices FROM device_update WHERE rollout_id = $1 AND wave = $2'

/** Of a running rollout, one wave after the other. */
export async function releaseByPerson(db: Database, release: Release): Promise<ReleaseAnswer> {
  const { rolloutId, wave, reason, actor } = release
  const answer = await inTransaction(db, async (client): Promise<ReleaseAnswer> => {
    const { rows } = await client.query<{ state: string; kind: RolloutKind }>(
      'SELECT state, kind FROM rollout WHERE id = $1 FOR UPDATE',
      [rolloutId],
    )
    const [row] = rows
    if (row === undefined) return { ok: false, why: 'notFound' }
    if (row.state !== 'running')
      return { ok: false, why: 'notAllowed', detail: `the rollout is ${row.state}` }
    const gates = (await readGates(client, { id: rolloutId, kind: row.kind })).filter(
      (one) => one.wave < wave,
    )
    const isSkipped = gates.some((one) => !waitsForPerson(one.verdict))
    if (isSkipped && (reason ?? '').trim() === '') return { ok: false, why: 'reasonNeeded', gates }
    const { devices } = (await client.query<{ devices: number }>(COUNT, [rolloutId, wave])).rows[0] ?? {
      devices: 0,
    }
    const why = reason === undefined ? {} : { why: reason }
    const params = { devices, ...why, skippedGate: isSkipped }
    if (await releaseWave(client, rolloutId, wave, { actor, params })) return { ok: true, gates }
    const detail = `wave ${wave} is released already, is not there, or the one before it is not released`
    return { ok: false, why: 'notAllowed', detail }
  })
  db.poke()
  return answer
}
