/** Packages on store servers without a rollout: brought there, and taken away again. */
import { z } from 'zod'
import { type ChosenStore, readStores, wantPackage, withdrawPackage } from '../../db/distribution.ts'
import { findPackage } from '../../db/packages.ts'
import { retirePackage } from '../../db/retire.ts'
import type { Call, Handled } from '../call.ts'
import { ownSelection } from '../own-selection.ts'
import { namesProblem, unknownNames } from '../plan-names.ts'
import { Problem } from '../problem.ts'
import { criteria } from '../rollout-schema.ts'
import { getPackage } from './get-package.ts'

const { stores, groups, labels } = criteria
const selection = z.strictObject({ stores, groups, labels })

/** `{}` is every store; `stores` may stand directly in the request. */
export const distributeBody = z
  .strictObject({
    stores,
    selection: selection.optional(),
    /** Which stores that would be; nothing is done. */
    preview: z.boolean().default(false),
  })
  .superRefine((body, context) => {
    const wrong = (message: string) => context.addIssue({ code: 'custom', path: ['stores'], message })
    if (body.stores === undefined && body.selection === undefined) wrong('name them, or a selection')
    if (body.stores !== undefined && body.selection?.stores !== undefined) wrong('also in selection.stores')
  })
type DistributeCall = Call<{ id: string }, unknown, z.output<typeof distributeBody>>

/** Store codes of one answer; the count is of all. */
const SHOWN = 1000

/** @throws Problem for every name that nothing has, or that is of another's group */
async function storesOf({ db, body, principal }: DistributeCall): Promise<ChosenStore[]> {
  const given = { ...body.selection, stores: body.selection?.stores ?? body.stores }
  const asked = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
  const direct = body.stores === undefined ? [] : (['stores'] as const)
  const faults = await unknownNames(db.pool, { selection: asked, direct, waves: undefined }, principal)
  if (faults.length > 0) throw namesProblem(faults)
  const own = await ownSelection(db.pool, principal, asked, direct)
  return readStores(db.pool, own.selection, principal.storeGroups)
}

/** 202: the conductor brings it there, or takes it away; `GET /store-packages` says how far that is. */
const handler =
  (verb: 'distribute' | 'withdraw') =>
  async (call: DistributeCall): Handled => {
    const { db, params, body, actor } = call
    const found = await findPackage(db, params.id)
    if (found === null) throw new Problem('notFound')
    if (verb === 'distribute' && found.retiredAt !== null)
      throw new Problem('packageRetired', { more: { packageId: found.id } })
    const chosen = await storesOf(call)
    const answer = { packageId: found.id, stores: chosen.length }
    const codes = chosen.slice(0, SHOWN).map((one) => one.code)
    if (body.preview) return { body: { ...answer, preview: true, items: codes } }
    if (chosen.length === 0) throw new Problem('nobodyReached', { path: 'selection' })
    const change = verb === 'distribute' ? wantPackage : withdrawPackage
    const changed = await change(db, {
      packageId: found.id,
      storeIds: chosen.map((one) => one.id),
      actor,
    })
    return { status: 202, body: { ...answer, changed, items: codes } }
  }

export const distributeHandler = handler('distribute')
export const withdrawHandler = handler('withdraw')

/** A retired package is in no new plan; what is live goes on. */
export const retireHandler =
  (isRetired: boolean) =>
  async (call: Call<{ id: string }>): Handled => {
    if (!(await retirePackage(call.db, call.params.id, isRetired, call.actor))) throw new Problem('notFound')
    return getPackage(call)
  }
