/** Whom a rollout is for, as the wizard holds it; what it has no field for is kept as it was. Pure. */
import { formatVersion } from '../../../../src/rollout/versions.ts'
import { type Members, textsOf, without } from './json.ts'
import { textsIn } from './texts-in.ts'

export const deviceKinds = ['till', 'selfCheckout', 'storeServer'] as const
export type DeviceKind = (typeof deviceKinds)[number]

export interface Targets {
  readonly by: 'whole' | 'some' | 'list'
  readonly groups: readonly string[]
  readonly labels: readonly string[]
  readonly stores: readonly string[]
  readonly kinds: readonly string[]
  /** Eight digits. */
  readonly versions: readonly string[]
  /** As it was pasted. */
  readonly cashIds: string
  readonly remaining: boolean
  /** Members of a selection that was kept, and that no field here shows: `exclude`, and what narrows a list of tills. */
  readonly kept: Members
}

export const emptyTargets: Targets = {
  by: 'whole',
  groups: [],
  labels: [],
  stores: [],
  kinds: [],
  versions: [],
  cashIds: '',
  remaining: false,
  kept: {},
}

const CRITERIA = ['groups', 'labels', 'stores', 'kinds', 'versions']

/** The API tells versions as numbers, and takes eight digits. */
const digitsOf = (value: unknown): string[] =>
  Array.isArray(value) ? value.map((one) => (typeof one === 'number' ? formatVersion(one) : String(one))) : []

function withDigits(members: Members): Members {
  const { versions, exclude } = members
  return {
    ...members,
    ...(versions === undefined ? {} : { versions: digitsOf(versions) }),
    ...(Array.isArray(exclude) ? { exclude: exclude.map((one: Members) => withDigits(one)) } : {}),
  }
}

export function targetsOf(selection: Members): Targets {
  const cashIds = textsOf(selection.cashIds)
  const some = {
    groups: textsOf(selection.groups),
    labels: textsOf(selection.labels),
    stores: textsOf(selection.stores),
    kinds: textsOf(selection.kinds),
    versions: digitsOf(selection.versions),
  }
  const hasSome = Object.values(some).some((list) => list.length > 0)
  const by = cashIds.length > 0 ? 'list' : hasSome ? 'some' : 'whole'
  const shown = ['cashIds', 'remaining', ...(by === 'list' ? [] : CRITERIA)]
  return {
    ...some,
    by,
    cashIds: cashIds.join('\n'),
    remaining: selection.remaining === true,
    kept: withDigits(without(selection, shown)),
  }
}

/** Of what is kept: what a selection of this kind still has. A list alone is narrowed by what has fields elsewhere. */
export const keptTargets = ({ by, kept }: Targets): Members =>
  by === 'list' ? kept : without(kept, CRITERIA)

const orLeftOut = <T>(name: string, list: readonly T[]) => (list.length === 0 ? {} : { [name]: list })

export function selectionBody({ targets }: { readonly targets: Targets }): Record<string, unknown> {
  const { by, groups, labels, stores, kinds, versions, cashIds, remaining } = targets
  const rest = { ...keptTargets(targets), ...(remaining ? { remaining } : {}) }
  if (by === 'whole') return rest
  // An empty list is nobody, and refused; left out it would be everybody.
  if (by === 'list') return { ...rest, cashIds: textsIn(cashIds) }
  return {
    ...rest,
    ...orLeftOut('groups', groups),
    ...orLeftOut('labels', labels),
    ...orLeftOut('stores', stores),
    ...orLeftOut('kinds', kinds),
    ...orLeftOut('versions', versions),
  }
}
