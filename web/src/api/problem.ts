import type { Fault, ProblemCode } from '../../../src/api/problem.ts'

export type { Fault, ProblemCode }

/** What the page itself says went wrong, beside the codes of the API. */
export type LocalCode = 'offline' | 'unanswered' | 'answerUnreadable' | 'cancelled'

export interface ProblemFacts {
  readonly code: ProblemCode | LocalCode
  readonly status: number
  readonly path?: string | undefined
  readonly detail?: string | undefined
  readonly requestId?: string | undefined
  readonly errors: readonly Fault[]
  /** Whatever else the answer had: `position`, `fields`, `limit`, … */
  readonly more: Readonly<Record<string, unknown>>
}

/** An answer that is none. Shown by ProblemNotice: in the catalogue's words, with the code beside them. */
export class ApiProblem extends Error implements ProblemFacts {
  readonly code
  readonly status
  readonly path
  readonly detail
  readonly requestId
  readonly errors
  readonly more

  constructor(facts: ProblemFacts, cause?: unknown) {
    super(facts.code, { cause })
    this.code = facts.code
    this.status = facts.status
    this.path = facts.path
    this.detail = facts.detail
    this.requestId = facts.requestId
    this.errors = facts.errors
    this.more = facts.more
  }
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

/** Reads `application/problem+json`; whatever else came is `answerUnreadable`. */
export async function problemOf(response: Response): Promise<ApiProblem> {
  const requestId = response.headers.get('X-Request-Id') ?? undefined
  try {
    const { code, path, detail, errors, type, title, status, instance, ...more } = await response.json()
    void [type, title, status, instance]
    if (typeof code !== 'string') throw new Error('no code')
    return new ApiProblem({
      code: code as ProblemCode,
      status: response.status,
      path: textOf(path),
      detail: textOf(detail),
      requestId: requestId ?? textOf(more.requestId),
      errors: Array.isArray(errors) ? errors : [],
      more,
    })
  } catch (cause) {
    const facts = {
      code: 'answerUnreadable',
      status: response.status,
      requestId,
      errors: [],
      more: {},
    } as const
    return new ApiProblem(facts, cause)
  }
}

export const localProblem = (code: LocalCode, cause?: unknown): ApiProblem =>
  new ApiProblem({ code, status: 0, errors: [], more: {} }, cause)

export const asProblem = (error: unknown): ApiProblem =>
  error instanceof ApiProblem ? error : localProblem('answerUnreadable', error)
