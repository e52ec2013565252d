/** Keeps a selection to the groups of who plans. What they name of others is refused; what they do not name is narrowed. */
import type { Executor } from '../db/database.ts'
import { findForeign } from '../db/reach.ts'
import type { Selection } from '../rollout/plan/selection.ts'
import type { Principal } from './principal.ts'
import { type Fault, faultsProblem } from './problem.ts'

type Scoped = Pick<Principal, 'storeGroups'>

export interface OwnSelection {
  readonly selection: Selection
  /** The groups that it was kept to; undefined: the whole chain is theirs. */
  readonly narrowedTo: readonly string[] | undefined
}

/**
 * @param direct members that stand directly in the request, and not under `selection`
 * @throws Problem outOfScope with every foreign name
 */
export async function ownSelection(
  on: Executor,
  { storeGroups }: Scoped,
  selection: Selection,
  direct: readonly string[] = [],
): Promise<OwnSelection> {
  if (storeGroups === null) return { selection, narrowedTo: undefined }
  const { stores = [], cashIds = [], groups = [] } = selection
  const foreign = await findForeign(on, storeGroups, { stores, cashIds })
  const pathOf = (member: string, place: number) =>
    `${direct.includes(member) ? '' : 'selection.'}${member}.${place}`
  const faultsIn = (
    member: string,
    names: readonly string[],
    isForeign: (name: string) => boolean,
  ): Fault[] =>
    names.flatMap((value, place) =>
      isForeign(value) ? [{ code: 'outOfScope', path: pathOf(member, place), value }] : [],
    )
  const faults = [
    ...faultsIn('stores', stores, (name) => foreign.has(`s:${name}`)),
    ...faultsIn('cashIds', cashIds, (name) => foreign.has(`d:${name}`)),
    ...faultsIn('groups', groups, (name) => !storeGroups.includes(name)),
  ]
  if (faults.length > 0) throw faultsProblem(faults, 403)
  return { selection: { ...selection, groups: selection.groups ?? storeGroups }, narrowedTo: storeGroups }
}

/** Whether whoever fits it by now is of these groups, also those who come later. */
export const staysWithin = ({ storeGroups }: Scoped, { groups }: Selection): boolean =>
  storeGroups === null || groups?.every((one) => storeGroups.includes(one)) === true
