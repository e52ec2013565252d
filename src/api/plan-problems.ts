/** What makes a plan impossible, as problems of the API: a code, where it stands, and a sentence with the numbers. */
import type { PlanProblem } from '../rollout/plan/plan-types.ts'
import { type Fault, faultsProblem, type Problem, type ProblemCode } from './problem.ts'

type Params = PlanProblem['params']

const number = (value: unknown): number => (typeof value === 'number' ? value : 0)

/** Where everybody is left out for one and the same of these, that is what is wrong. */
const ALONE: Readonly<Record<string, ProblemCode>> = {
  versionChain: 'versionBelowMinimum',
  rollbackUnsupported: 'rollbackUnsupported',
}

function codeOf({ code, path, params }: PlanProblem): ProblemCode {
  if (code === 'nothingToDo') {
    const reasons = Object.keys((params.leftOut ?? {}) as object)
    const [only] = reasons
    return (reasons.length === 1 && only !== undefined && ALONE[only]) || 'nothingToDo'
  }
  if (path.startsWith('policy.overrideFreezes.'))
    return path.endsWith('.reason') ? 'reasonNeeded' : 'freezeUnknown'
  return code
}

function lanesDetail({ count, stores }: Params): string {
  const [first] = (stores ?? []) as { store: string; kind: string; lanes: number; minimum: number }[]
  if (first === undefined) return ''
  const { store, kind, lanes, minimum } = first
  const more = number(count) > 1 ? `, and ${number(count) - 1} more` : ''
  return `${store} has ${lanes} of kind ${kind} in service, and ${minimum} are to stay open${more}`
}

function wavesDetail({ missing, percent, value, before, of }: Params): string {
  if (missing !== undefined) return `${missing} devices are in no wave; the last wave may be { "by": "rest" }`
  if (percent !== undefined) return `percentages of ${of} make ${percent} together`
  return `${value}% together with the waves before, which have ${before}% already`
}

/** For programs there are `code` and `params`; this is for who reads the answer. */
function detailOf({ code, params }: PlanProblem): string {
  switch (code) {
    case 'wavesDoNotAddUp':
      return wavesDetail(params)
    case 'lanesImpossible':
      return lanesDetail(params)
    case 'nothingToDo':
      return `left out: ${JSON.stringify(params.leftOut ?? {})}`
    case 'windowNeverOpens':
      return 'a window without a day never opens'
    case 'storeMissing':
      return 'the fleet changed meanwhile; ask again'
    default:
      return `the value is ${JSON.stringify(params.value ?? params)}`
  }
}

export function planFaults(problems: readonly PlanProblem[]): Fault[] {
  return problems.map((one) => ({
    code: codeOf(one),
    path: one.path.replaceAll(/\[(\d+)\]/g, '.$1'),
    detail: detailOf(one).slice(0, 300),
    params: one.params,
  }))
}

export const planProblem = (problems: readonly PlanProblem[]): Problem => faultsProblem(planFaults(problems))
