/** What the wizard was told so far, and the request that it makes. Pure. */
import type { PolicyBody } from '../../../../src/api/policy-schema.ts'
import { defaultPolicy } from '../../../../src/rollout/policy.ts'
import { isBranch } from './json.ts'
import { emptyTargets, selectionBody, type Targets } from './targets-draft.ts'
import { emptyWaves, type Waves, wavesBody } from './waves-draft.ts'

export const steps = ['package', 'targets', 'waves', 'window', 'policy', 'plan', 'approval'] as const
export type Step = (typeof steps)[number]
export const isStep = (text: string | undefined): text is Step =>
  text !== undefined && (steps as readonly string[]).includes(text)

export interface Draft {
  /** Empty: made of the version. */
  readonly name: string
  /** null: not chosen yet. */
  readonly packageId: string | null
  readonly serverPackageId: string | null
  readonly targets: Targets
  readonly waves: Waves
  /** What differs from the usual. */
  readonly policy: PolicyBody
  /** Kept already, from this package: saving changes it. */
  readonly kept: Kept | null
  /** Something of it was decided by a person since it was begun, taken over or saved. */
  readonly isTouched: boolean
}

interface Kept {
  readonly id: string
  readonly packageId: string
  readonly name: string
  /** It asks for two persons, and goes on doing so. */
  readonly twoPersons: boolean
  /** What was seen of it; left out: an older page kept it. */
  readonly revision?: number
}

export const emptyDraft: Draft = {
  name: '',
  packageId: null,
  serverPackageId: null,
  targets: emptyTargets,
  waves: emptyWaves,
  policy: {},
  kept: null,
  isTouched: false,
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
  return { ...body, serverPackageId: draft.serverPackageId, waves: cut, policy: whole }
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
