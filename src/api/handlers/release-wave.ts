import type { z } from 'zod'
import { releaseByPerson } from '../../db/release-wave.ts'
import type { Call, Handled } from '../call.ts'
import { Problem } from '../problem.ts'
import { refuse } from '../rollout-view.ts'
import { gatesView } from '../wave-view.ts'
import { readHead, standing, type whyBody } from './steer-rollout.ts'

type ReleaseCall = Call<{ id: string; number: number }, unknown, z.output<typeof whyBody>>

/** Releases the next wave: over a gate that is not fulfilled only with a reason. */
export async function releaseWaveHandler({ db, params, body, actor }: ReleaseCall): Handled {
  const { id, number: wave } = params
  const why = body.reason === undefined ? {} : { reason: body.reason }
  const answer = await releaseByPerson(db, { rolloutId: id, wave, actor, ...why })
  if (answer.ok) return { body: { ...(await standing(db, id)), wave, gates: gatesView(answer.gates) } }
  if (answer.why === 'reasonNeeded') {
    const detail = 'the gate before this wave is not fulfilled'
    throw new Problem('reasonNeeded', { path: 'reason', detail, more: { gates: gatesView(answer.gates) } })
  }
  return refuse(await readHead(db, id), answer.why === 'notAllowed' ? answer.detail : undefined)
}
