/** Keeps people to their groups of stores: what a route names is looked up before anything is done with it. */
import type { Executor } from '../db/database.ts'
import { groupsTouched, type Reached } from '../db/reach.ts'
import type { Reach, Route } from './call.ts'
import type { Principal } from './principal.ts'
import { Problem } from './problem.ts'

/** The parameter of a path that names a thing. */
const NAMES: Partial<Record<Reached, string>> = { store: 'code', device: 'cashId' }

const isNamed = (reach: Reach): reach is Reached => !['none', 'chain', 'own'].includes(reach)

function nameIn(reach: Reached, params: unknown): string {
  const member = NAMES[reach] ?? 'id'
  const value: unknown = (params as Record<string, unknown>)[member]
  if (typeof value !== 'string') throw new Error(`a route that reaches a ${reach} names it as :${member}`)
  return value
}

/**
 * To read, one store of theirs is enough; to change, every store must be. What touches none of theirs is not there.
 * @throws Problem notFound, outOfScope
 */
export async function keepWithinReach(
  on: Executor,
  { reach, method, list, whole }: Pick<Route, 'reach' | 'method' | 'list' | 'whole'>,
  { storeGroups }: Pick<Principal, 'storeGroups'>,
  params: unknown,
): Promise<void> {
  if (storeGroups === null) {
    // Every other handler looks the thing up itself; a list of what belongs to nothing would be empty.
    if (
      list !== undefined &&
      isNamed(reach) &&
      (await groupsTouched(on, reach, nameIn(reach, params))).length === 0
    )
      throw new Problem('notFound')
    return
  }
  if (reach === 'chain') throw new Problem('outOfScope')
  if (!isNamed(reach)) return
  const touched = await groupsTouched(on, reach, nameIn(reach, params))
  const isOwn = (group: string | null) => group !== null && storeGroups.includes(group)
  if (!touched.some(isOwn)) throw new Problem('notFound')
  if ((method !== 'get' || whole === true) && !touched.every(isOwn)) throw new Problem('outOfScope')
}
