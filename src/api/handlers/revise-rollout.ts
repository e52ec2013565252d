import { proposeRevision, replaceDraft } from '../../db/revise.ts'
import type { RolloutKind } from '../../rollout/due.ts'
import type { Selection } from '../../rollout/plan/selection.ts'
import type { WavePlan } from '../../rollout/plan/wave-types.ts'
import type { Policy } from '../../rollout/policy.ts'
import type { Call, Handled } from '../call.ts'
import { etagOf, readIfMatch, refuseStale } from '../etag.ts'
import { ownSelection, staysWithin } from '../own-selection.ts'
import { planProblem } from '../plan-problems.ts'
import { directOf, planAsked, readPackages, refuseUnknownNames } from '../plan-request.ts'
import { namesOf, planAnswer, planSummary } from '../plan-view.ts'
import { mergePolicy } from '../policy-schema.ts'
import { Problem } from '../problem.ts'
import { hasSelection, type ReviseBody, selectionOf } from '../rollout-schema.ts'
import { type RolloutHead, refuse, rolloutView } from '../rollout-view.ts'
import { withTwoPersons } from '../two-persons.ts'
import { readHead } from './steer-rollout.ts'

type Wanted = ReturnType<typeof readIfMatch>
type ReviseCall = Call<{ id: string }, { full: boolean }, ReviseBody>

const tagged = (row: RolloutHead) => ({ ETag: etagOf(row) })

/** @throws Problem preconditionFailed, with whose the plan is by now */
const refuseOther = (wanted: Wanted, row: RolloutHead): void =>
  refuseStale(wanted, row, { changedBy: row.createdBy })

/** A draft is planned anew, with what the request changes of it: another plan, another hash. */
async function reviseDraft(call: ReviseCall, row: RolloutHead, wanted: Wanted): Handled {
  const { db, params, query, body, actor, principal, config } = call
  const former = row.policy as unknown as Policy
  const now = Date.now()
  await refuseUnknownNames(call, body)
  const { serverPackageId = row.serverPackageId } = body
  const packages = await readPackages(db, row.packageId, serverPackageId)
  const asked = hasSelection(body) ? selectionOf(body) : (row.selection as Selection)
  const { selection, narrowedTo } = await ownSelection(db.pool, principal, asked, directOf(body))
  const target = {
    ...packages,
    kind: row.kind as RolloutKind,
    selection,
    policy: withTwoPersons(config, mergePolicy(former, body.policy), body.policy?.twoPersons, former),
    rolloutId: row.id,
  }
  const waves = body.waves ?? (row.cut as unknown as WavePlan)
  const { request, planned, input } = await planAsked(db, target, waves, now)
  const revision = { ...request, id: row.id, name: body.name ?? row.name, plan: planned.plan, actor }
  const seen = wanted === null ? {} : { seen: row.revision }
  if (!(await replaceDraft(db, { ...revision, ...seen }))) {
    const other = await readHead(db, row.id)
    refuseOther(wanted, other)
    refuse(other)
  }
  const shown = { ...planned, waves, wavesBy: 'asked' as const }
  const revised = await readHead(db, params.id)
  return {
    headers: tagged(revised),
    body: { ...rolloutView(revised), ...planAnswer(shown, namesOf(input), query.full), narrowedTo },
  }
}

/** What runs takes newcomers, once the new hash is approved; all else of it stays as it was agreed. */
async function addNewcomers({ db, params, body, actor, principal }: ReviseCall, row: RolloutHead): Handled {
  const [given] = Object.keys(body)
  if (given !== undefined) throw new Problem('planFixed', { path: given })
  // Its selection would let in whoever came since, also of others' stores.
  if (!staysWithin(principal, row.selection as Selection)) throw new Problem('outOfScope')
  const answer = await proposeRevision(db, params.id, actor)
  if (answer.ok) {
    const { plan, planHash, newcomers } = answer
    const next = { planHash, by: actor, plan: planSummary(plan) }
    const names = newcomers.map(({ cashId, storeCode, kind }) => ({ cashId, store: storeCode, kind }))
    const head = await readHead(db, params.id)
    return { headers: tagged(head), body: { ...rolloutView(head), next, newcomers: names } }
  }
  if (answer.why === 'noNewcomers') throw new Problem('noNewcomers')
  if (answer.why === 'planImpossible') throw planProblem(answer.problems)
  return refuse(await readHead(db, params.id))
}

export async function reviseRolloutHandler(call: ReviseCall): Handled {
  const wanted = readIfMatch(call.request)
  const row = await readHead(call.db, call.params.id)
  refuseOther(wanted, row)
  return row.state === 'draft' ? reviseDraft(call, row, wanted) : addNewcomers(call, row)
}
