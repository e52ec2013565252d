import { findRollout } from '../../db/rollouts.ts'
import { listStorePackages } from '../../db/updates.ts'
import type { Plan } from '../../rollout/plan.ts'
import type { Call, Handled } from '../call.ts'
import { Problem } from '../problem.ts'
import { planSummary, readCounts, rolloutView } from '../rollout-view.ts'
import { storePackageView } from '../views.ts'

export async function getRollout({ db, params }: Call<{ id: string }>): Handled {
  const row = await findRollout(db, params.id)
  if (row === null) throw new Problem('notFound')
  const [counts, held] = await Promise.all([readCounts(db, row.id), listStorePackages(db, row.id)])
  const storePackages = held.map((one) => ({ store: one.store.code, ...storePackageView(one) }))
  return {
    body: {
      ...rolloutView(row),
      counts,
      plan: planSummary(row.plan as unknown as Plan),
      waves: row.waves.map(({ number, releasedAt }) => ({ number, releasedAt })),
      wanBytes: storePackages.reduce((sum, one) => sum + one.wanBytes, 0),
      storePackages,
    },
  }
}
