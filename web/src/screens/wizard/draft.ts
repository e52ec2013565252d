/** What the wizard was told so far, and the request that it makes. Pure. */
import type { PolicyBody } from '../../../../src/api/policy-schema.ts'
import { defaultPolicy } from '../../../../src/rollout/policy.ts'

export const steps = ['package', 'targets', 'waves', 'window', 'policy', 'plan', 'approval'] as const
export type Step = (typeof steps)[number]
export const isStep = (text: string | undefined): text is Step =>
  text !== undefined && (steps as readonly string[]).includes(text)

export const deviceKinds = ['till', 'selfCheckout', 'storeServer'] as const
export type DeviceKind = (typeof deviceKinds)[number]

export interface Targets {
  readonly by: 'whole' | 'some' | 'list'
  readonly groups: readonly string[]
  readonly labels: readonly string[]
  readonly stores: readonly string[]
  readonly kinds: readonly DeviceKind[]
  /** Eight digits. */
  readonly versions: readonly string[]
  /** As it was pasted. */
  readonly cashIds: string
  readonly remaining: boolean
}

export const templates = [
  'usual',
  'single',
  'pilotEvenOdd',
  'canary',
  'eastToWest',
  'stratifiedPilot',
  'custom',
] as const
export type Template = (typeof templates)[number]

export const cuts = [
  'count',
  'percent',
  'groups',
  'labels',
  'stores',
  'zones',
  'even',
  'odd',
  'cover',
  'rest',
] as const
export type Cut = (typeof cuts)[number]
export interface OwnWave {
  readonly by: Cut
  /** A number, or names with commas between. */
  readonly value: string
}

export interface Waves {
  readonly template: Template
  readonly pilotStores: number
  readonly percents: string
  readonly percent: number
  readonly pilotApproval: boolean
  readonly own: readonly OwnWave[]
}

export interface Draft {
  /** Empty: made of the version. */
  readonly name: string
  /** null: the newest for tills. */
  readonly packageId: string | null
  readonly serverPackageId: string | null
  readonly targets: Targets
  readonly waves: Waves
  /** What differs from the usual. */
  readonly policy: PolicyBody
  /** Kept already, from this package: saving changes it. */
  readonly kept: { readonly id: string; readonly packageId: string } | null
}

export const emptyDraft: Draft = {
  name: '',
  packageId: null,
  serverPackageId: null,
  targets: {
    by: 'whole',
    groups: [],
    labels: [],
    stores: [],
    kinds: [],
    versions: [],
    cashIds: '',
    remaining: false,
  },
  waves: {
    template: 'usual',
    pilotStores: 1,
    percents: '5, 25',
    percent: 25,
    pilotApproval: false,
    own: [
      { by: 'count', value: '1' },
      { by: 'rest', value: '' },
    ],
  },
  policy: {},
  kept: null,
}

/** Texts with blanks, commas, semicolons or new lines between them; each once. */
export const textsIn = (pasted: string): string[] => [
  ...new Set(pasted.split(/[\s,;]+/).filter((one) => one !== '')),
]
const numbersIn = (text: string): number[] =>
  textsIn(text).flatMap((one) => (Number.isFinite(Number(one)) ? [Number(one)] : []))
const namesIn = (text: string): string[] =>
  text
    .split(/[,;\n]+/)
    .map((one) => one.trim())
    .filter((one) => one !== '')

const orLeftOut = <T>(name: string, list: readonly T[]) => (list.length === 0 ? {} : { [name]: list })

export function selectionBody({ targets }: Pick<Draft, 'targets'>): Record<string, unknown> {
  const { by, groups, labels, stores, kinds, versions, cashIds, remaining } = targets
  const rest = remaining ? { remaining } : {}
  if (by === 'whole') return rest
  // An empty list is nobody, and refused; left out it would be everybody.
  if (by === 'list') return { cashIds: textsIn(cashIds), ...rest }
  return {
    ...orLeftOut('groups', groups),
    ...orLeftOut('labels', labels),
    ...orLeftOut('stores', stores),
    ...orLeftOut('kinds', kinds),
    ...orLeftOut('versions', versions),
    ...rest,
  }
}

function ownWave({ by, value }: OwnWave): Record<string, unknown> {
  switch (by) {
    case 'count':
      return { by, count: numbersIn(value)[0] ?? 0 }
    case 'percent':
      return { by, percent: numbersIn(value)[0] ?? 0, cumulative: true }
    case 'even':
    case 'odd':
      return { by: 'parity', parity: by }
    case 'cover':
    case 'rest':
      return { by }
    default:
      return { by, [by]: namesIn(value) }
  }
}

function wavesBody({ waves }: Pick<Draft, 'waves'>): unknown {
  const { template, pilotStores, percents, percent, pilotApproval, own } = waves
  const pilot = pilotApproval ? { pilotGate: { approval: true } } : {}
  switch (template) {
    case 'usual':
      return undefined
    case 'custom':
      return own.map((one, place) => ({
        ...ownWave(one),
        ...(place === 0 && pilotApproval ? { gate: { approval: true } } : {}),
      }))
    case 'single':
      return { template }
    case 'pilotEvenOdd':
      return { template, pilotStores, ...pilot }
    case 'canary':
      return { template, stores: pilotStores, percents: numbersIn(percents), ...pilot }
    case 'stratifiedPilot':
      return { template, percent, ...pilot }
    case 'eastToWest':
      return { template, ...pilot }
  }
}

export interface PlanBody {
  readonly packageId: string
  readonly serverPackageId?: string
  readonly selection: Record<string, unknown>
  readonly waves?: unknown
  readonly policy: PolicyBody
}

export function planBody(draft: Draft, packageId: string): PlanBody {
  const waves = wavesBody(draft)
  const { serverPackageId, policy } = draft
  return {
    packageId,
    ...(serverPackageId === null ? {} : { serverPackageId }),
    selection: selectionBody(draft),
    ...(waves === undefined ? {} : { waves }),
    policy,
  }
}

const isBranch = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** What of `over` is said otherwise than in `under`, member by member. */
export function differing(under: unknown, over: unknown): unknown {
  if (!isBranch(over) || !isBranch(under))
    return JSON.stringify(under) === JSON.stringify(over) ? undefined : over
  const found = Object.entries(over).flatMap(([key, value]) => {
    const difference = differing(under[key], value)
    return difference === undefined ? [] : [[key, difference] as const]
  })
  return found.length === 0 ? undefined : Object.fromEntries(found)
}

/** `under` with what `over` says. */
function merged(under: unknown, over: unknown): unknown {
  if (over === undefined) return under
  if (!isBranch(over) || !isBranch(under)) return over
  const keys = new Set([...Object.keys(under), ...Object.keys(over)])
  return Object.fromEntries([...keys].map((key) => [key, merged(under[key], over[key])]))
}

/**
 * A revision keeps what it is not told: so everything is told, also what is usual again.
 * @param cut the waves as they were planned last
 */
export function reviseBody(draft: Draft, cut: unknown): Record<string, unknown> {
  const { packageId: _, waves: __, policy, ...body } = planBody(draft, '')
  const { twoPersons, endsAt, ...rest } = merged(defaultPolicy, policy) as PolicyBody
  const whole = {
    ...rest,
    // Where the head office asks for two, "one is enough" is refused.
    ...(twoPersons === true ? { twoPersons } : {}),
    ...(policy.endsAt === undefined ? {} : { endsAt }),
  }
  return { ...body, waves: cut, policy: whole }
}

/** At a path of members: `gate.approval`. */
export function valueAt(policy: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((value, key) => (isBranch(value) ? value[key] : undefined), policy)
}

/** The same policy with this value there; what is usual is not written down. */
export function withValue(policy: PolicyBody, path: string, value: unknown): PolicyBody {
  const said = path.split('.').reduceRight<unknown>((inner, key) => ({ [key]: inner }), value)
  const whole = merged(merged(defaultPolicy, policy), said)
  return (differing(defaultPolicy, whole) ?? {}) as PolicyBody
}

export const policyOf = (draft: Draft) => merged(defaultPolicy, draft.policy) as typeof defaultPolicy
