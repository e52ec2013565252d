import { readGates } from '../../db/gates.ts'
import { findRollout } from '../../db/rollouts.ts'
import { listStorePackages } from '../../db/updates.ts'
import type { RolloutKind } from '../../rollout/due.ts'
import type { Plan } from '../../rollout/plan/plan-types.ts'
import type { Call, Handled } from '../call.ts'
import { etagOf } from '../etag.ts'
import { planSummary } from '../plan-view.ts'
import { Problem } from '../problem.ts'
import { noCounts, readWaveCounts, rolloutView } from '../rollout-view.ts'
import { storePackageView } from '../views.ts'
import { verdictView } from '../wave-view.ts'

type Row = NonNullable<Awaited<ReturnType<typeof findRollout>>>

/** Planned waves, with what became of them; `gate.verdict` is there while a wave is released and has not passed. */
async function readWaves({ db }: Call<{ id: string }>, row: Row, plan: Plan) {
  const [{ counts, byWave }, gates] = await Promise.all([
    readWaveCounts(db, row.id),
    readGates(db.pool, { id: row.id, kind: row.kind as RolloutKind }),
  ])
  const verdicts = new Map(gates.map(({ wave, verdict }) => [wave, verdictView(verdict)]))
  const rows = new Map(row.waves.map((wave) => [wave.number, wave]))
  const waves = planSummary(plan).waves.map(({ gate, ...wave }) => {
    const {
      releasedAt = null,
      releasedBy = null,
      passedAt = null,
      sampleFrom = null,
    } = rows.get(wave.number) ?? {}
    return {
      ...wave,
      ...{ releasedAt, releasedBy, passedAt, sampleFrom },
      gate: { ...gate, verdict: verdicts.get(wave.number) ?? null },
      counts: byWave.get(wave.number) ?? noCounts,
    }
  })
  return { counts, waves }
}

/** The waves alone; never more than a hundred, so on one page. */
export async function getWaves(call: Call<{ id: string }>): Handled {
  const row = await findRollout(call.db, call.params.id)
  if (row === null) throw new Problem('notFound')
  const { waves } = await readWaves(call, row, row.plan as unknown as Plan)
  return { body: { items: waves, next: null, more: false } }
}

export async function getRollout(call: Call<{ id: string }>): Handled {
  const { db, params, principal } = call
  const row = await findRollout(db, params.id)
  if (row === null) throw new Problem('notFound')
  const plan = row.plan as unknown as Plan
  const [{ counts, waves }, held] = await Promise.all([
    readWaves(call, row, plan),
    listStorePackages(db, row.id),
  ])
  const isOwn = ({ store }: (typeof held)[number]) =>
    principal.storeGroups === null || (store.group !== null && principal.storeGroups.includes(store.group))
  const storePackages = held.filter(isOwn).map((one) => ({ store: one.store.code, ...storePackageView(one) }))
  return {
    headers: { ETag: etagOf(row) },
    body: {
      ...rolloutView(row),
      counts,
      plan: planSummary(plan),
      waves,
      wanBytes: storePackages.reduce((sum, one) => sum + one.wanBytes, 0),
      storePackages,
    },
  }
}
