/** Submit, approve, reject, start: from a draft to a rollout that runs, by the hash of what was agreed. */
import { z } from 'zod'
import {
  type ApprovalAnswer,
  approveRollout,
  rejectRollout,
  startRollout,
  submitRollout,
} from '../../db/approval.ts'
import { approveRevision } from '../../db/revise.ts'
import type { Call, Handled } from '../call.ts'
import { driftView } from '../drift-view.ts'
import { Problem } from '../problem.ts'
import { refuse } from '../rollout-view.ts'
import { sha256, text } from '../schemas.ts'
import { readHead, standing } from './steer-rollout.ts'

export const approveBody = z.strictObject({ planHash: sha256 })
export const startBody = z.strictObject({ planHash: sha256.optional() })
export const rejectBody = z.strictObject({ reason: text(500) })

type ById = { id: string }

/** @throws Problem for every refusal, with what the operator needs to go on */
async function settle(call: Call<ById>, answer: ApprovalAnswer): Handled {
  const { db, params } = call
  if (answer.ok)
    return { body: { ...(await standing(db, params.id)), drift: await driftView(db, answer.drift) } }
  switch (answer.why) {
    case 'notFound':
      throw new Problem('notFound')
    case 'notAllowed':
      return refuse(await readHead(db, params.id))
    case 'planHashDiffers':
      throw new Problem('planHashDiffers', { path: 'planHash', more: { planHash: answer.planHash } })
    case 'samePerson':
      throw new Problem('samePerson', { more: { createdBy: answer.createdBy } })
    case 'approvalNeeded':
      throw new Problem('approvalNeeded', { detail: 'approve it by its planHash' })
    case 'planChanged':
      throw new Problem('planChanged', {
        detail: `${answer.changes.map((one) => one.code).join(', ')}: plan anew`,
        more: { changes: answer.changes },
      })
  }
}

/** Of a rollout that is approved already: its proposed revision. */
export async function approveHandler(call: Call<ById, unknown, z.output<typeof approveBody>>): Handled {
  const { db, params, body, actor } = call
  const { state } = await readHead(db, params.id)
  const isDraft = state === 'draft' || state === 'awaitingApproval'
  const approve = isDraft ? approveRollout : approveRevision
  return settle(call, await approve(db, params.id, body.planHash, actor))
}

export async function startHandler(call: Call<ById, unknown, z.output<typeof startBody>>): Handled {
  const { db, params, body, actor } = call
  return settle(call, await startRollout(db, params.id, actor, body.planHash))
}

export async function submitHandler({ db, params, actor }: Call<ById>): Handled {
  if (!(await submitRollout(db, params.id, actor))) refuse(await readHead(db, params.id))
  return { body: await standing(db, params.id) }
}

export async function rejectHandler(call: Call<ById, unknown, z.output<typeof rejectBody>>): Handled {
  const { db, params, body, actor } = call
  if (!(await rejectRollout(db, params.id, actor, body.reason))) refuse(await readHead(db, params.id))
  return { body: await standing(db, params.id) }
}
