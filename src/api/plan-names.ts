/** Every name in a request for a plan, and where it stands: one that nothing has is a mistake, and never an empty wave. */
import type { Executor } from '../db/database.ts'
import { findUnknown, type NameKind } from '../db/selection.ts'
import type { Criteria, Selection } from '../rollout/plan/selection.ts'
import type { WavePlan, WaveSpec } from '../rollout/plan/wave-types.ts'
import { isTimeZone } from '../rollout/time/local-time.ts'
import type { Principal } from './principal.ts'
import { type Fault, faultsProblem, type Problem, type ProblemCode } from './problem.ts'

interface Named {
  readonly kind: NameKind | 'zone'
  readonly name: string
  readonly path: string
}

const CODES: Readonly<Record<Named['kind'], ProblemCode>> = {
  store: 'storeUnknown',
  device: 'deviceUnknown',
  group: 'groupUnknown',
  label: 'labelUnknown',
  zone: 'timeZoneUnknown',
}
const KINDS = {
  stores: 'store',
  notStores: 'store',
  cashIds: 'device',
  groups: 'group',
  labels: 'label',
  zones: 'zone',
} as const satisfies Record<string, Named['kind']>

type Holder = Readonly<Partial<Record<keyof typeof KINDS, readonly string[]>>>

function namesIn(holder: Holder, path: (member: string) => string): Named[] {
  return Object.entries(KINDS).flatMap(([member, kind]) =>
    (holder[member as keyof typeof KINDS] ?? []).map((name, place) => ({
      kind,
      name,
      path: `${path(member)}.${place}`,
    })),
  )
}

export interface AskedNames {
  readonly selection: Selection
  /** Members of the selection that stand directly in the request. */
  readonly direct: readonly (keyof Criteria)[]
  readonly waves: WavePlan | undefined
}

function allNames({ selection, direct, waves }: AskedNames): Named[] {
  const isDirect = (member: string) => (direct as readonly string[]).includes(member)
  const specs: readonly WaveSpec[] = waves === undefined || 'template' in waves ? [] : waves
  return [
    ...namesIn(selection, (member) => (isDirect(member) ? member : `selection.${member}`)),
    ...(selection.exclude ?? []).flatMap((one, i) =>
      namesIn(one, (member) => `selection.exclude.${i}.${member}`),
    ),
    ...specs.flatMap((spec, i) => namesIn(spec as Holder, (member) => `waves.${i}.${member}`)),
  ]
}

type Scoped = Pick<Principal, 'storeGroups'>

/**
 * What a name is told as that nothing has. Who sees some groups only is told the same of what others have, or they could
 * find out what is there by asking.
 */
export const unknownCode = ({ storeGroups }: Scoped, code: ProblemCode): ProblemCode =>
  storeGroups === null ? code : 'outOfScope'

/** Under the first one's code; refused, where anything is outside their groups. */
export function namesProblem(faults: readonly Fault[]): Problem {
  const isOut = ({ code }: Fault) => code === 'outOfScope'
  const sorted = [...faults.filter(isOut), ...faults.filter((one) => !isOut(one))]
  return faultsProblem(sorted, faults.some(isOut) ? 403 : 422)
}

/** A fault for each, in the order of the request. */
export async function unknownNames(on: Executor, asked: AskedNames, who: Scoped): Promise<Fault[]> {
  const names = allNames(asked)
  const of = (kind: NameKind) => names.flatMap((one) => (one.kind === kind ? [one.name] : []))
  const wanted = { store: of('store'), device: of('device'), group: of('group'), label: of('label') }
  const unknown = await findUnknown(on, wanted, who.storeGroups)
  const isUnknown = ({ kind, name }: Named) => (kind === 'zone' ? !isTimeZone(name) : unknown[kind].has(name))
  const codeOf = ({ kind }: Named) => (kind === 'zone' ? CODES.zone : unknownCode(who, CODES[kind]))
  return names.filter(isUnknown).map((one) => ({ code: codeOf(one), path: one.path, value: one.name }))
}
