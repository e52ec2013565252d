/** The plan of a rollout that did not begin: as it was kept, and what to expect of it now. */
import { groupBy } from '../../../../src/rollout/plan/group-by.ts'
import { useAnswer } from '../../api/hooks.ts'
import type { PlanKept, Replan, RolloutWhole } from '../../api/types.ts'
import { LoadingNotice, ProblemNotice } from '../../parts/notices.tsx'
import { PlanView, type ShownPlan } from './plan-view.tsx'

interface KeptLeftOut {
  readonly deviceId: string
  readonly reason: string
}
const SHOWN = 200

/** By reason, as the answer to a request for a plan tells it. */
function leftOutOf({ plan, devices }: PlanKept): ShownPlan['leftOut'] {
  const all = (plan.leftOut ?? []) as readonly KeptLeftOut[]
  const groups = groupBy(all, (one) => one.reason)
  return [...groups].map(([reason, some]) => ({
    reason,
    count: some.length,
    devices: some.slice(0, SHOWN).map(({ deviceId }) => ({
      cashId: devices[deviceId]?.cashId ?? null,
      store: devices[deviceId]?.store ?? null,
    })),
  }))
}

/** Of other devices or stores: what is to be expected of them says nothing of the plan that was kept. */
const isOfSameSize = (now: Replan['plan'] | undefined, kept: RolloutWhole['plan']): boolean =>
  now !== undefined &&
  now.targets === kept.targets &&
  now.carried === kept.carried &&
  now.stores === kept.stores

/** Planned again as of now; the same hash: all of it is of this very plan. */
const useReplan = ({ id }: Pick<RolloutWhole, 'id'>) =>
  useAnswer<Replan>(`/rollouts/${id}/replan`, {}, { topics: [`rollouts:${id}`] })

export function RolloutPlan({ rollout }: { readonly rollout: RolloutWhole }) {
  const { id, planHash, plan } = rollout
  const again = useReplan(rollout)
  const isSame = again.data?.planHash === planHash
  const kept = useAnswer<PlanKept>(
    `/rollouts/${id}/plan`,
    {},
    { topics: [`rollouts:${id}`], enabled: !isSame && !again.isPending },
  )
  if (again.data !== undefined && isSame) return <PlanView plan={again.data} />
  // Of stores outside of their groups they are told the sums only.
  if (kept.error?.code === 'outOfScope') return <PlanView plan={{ planHash, plan }} />
  if (kept.error !== null) return <ProblemNotice error={kept.error} onAgain={() => void kept.refetch()} />
  if (kept.data === undefined) return <LoadingNotice />
  const { forecast, warnings } = isOfSameSize(again.data?.plan, plan) ? (again.data ?? {}) : {}
  const leftOut = leftOutOf(kept.data)
  const shown: ShownPlan = {
    planHash,
    plan,
    ...(leftOut && { leftOut }),
    ...(forecast && { forecast }),
    ...(warnings && { warnings }),
  }
  return <PlanView plan={shown} />
}
