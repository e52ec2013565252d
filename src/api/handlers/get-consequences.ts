import { z } from 'zod'
import { readConsequence } from '../../db/consequences.ts'
import type { Control } from '../../rollout/consequence.ts'
import type { RolloutKind } from '../../rollout/due.ts'
import type { Call, Handled } from '../call.ts'
import { allowedVerbs } from '../rollout-view.ts'
import { identifier, limit } from '../schemas.ts'
import { usualRetries } from './retry-rollout.ts'
import { readHead } from './steer-rollout.ts'

const CONTROLS = {
  pause: 'pause',
  resume: 'resume',
  stop: 'stop',
  release: 'releaseWave',
  rollback: 'rollback',
  skip: 'skip',
  retry: 'retry',
} as const satisfies Record<string, Control>

const verbs = Object.keys(CONTROLS) as [keyof typeof CONTROLS, ...(keyof typeof CONTROLS)[]]
const one = identifier(64).transform((value) => [value])

export const consequencesQuery = z.strictObject({
  verb: z.enum(verbs),
  wave: limit(1, 100).unwrap().optional(),
  /** Of skip, retry and rollback: `cashIds=1&cashIds=2`. */
  cashIds: z.union([one, z.array(identifier(64)).max(1000)]).optional(),
})
/** More cash ids than an address holds. */
const MANY_CASH_IDS = 10_000
export const consequencesBody = z.strictObject({
  verb: z.enum(verbs),
  wave: z.int().min(1).max(100).optional(),
  cashIds: z.array(identifier(64)).max(MANY_CASH_IDS).optional(),
})
type Asked = z.output<typeof consequencesQuery>

async function tellConsequences({ db, params, principal }: Call<{ id: string }>, asked: Asked): Handled {
  const row = await readHead(db, params.id)
  const { verb, wave, cashIds } = asked
  const devices = await readConsequence(db.pool, {
    rolloutId: row.id,
    kind: row.kind as RolloutKind,
    control: CONTROLS[verb],
    canGoBack: row.package.canGoBack,
    ...(wave === undefined ? {} : { wave }),
    ...(cashIds === undefined ? {} : { cashIds, groups: principal.storeGroups }),
    ...(verb === 'retry' && cashIds === undefined ? { states: usualRetries } : {}),
  })
  const { id, state } = row
  return { body: { id, state, verb, isAllowed: allowedVerbs(row).includes(verb), devices } }
}

/** What a control would do now, in numbers of devices; nothing is done. */
export const getConsequences = async (call: Call<{ id: string }, Asked>): Handled =>
  tellConsequences(call, call.query)

export const askConsequences = async (
  call: Call<{ id: string }, unknown, z.output<typeof consequencesBody>>,
): Handled => tellConsequences(call, call.body)
