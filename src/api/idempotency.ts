/**
 * Requests that may be sent again (Idempotency-Key): the first one does the work, all others get its answer, over any
 * number of processes and whichever of them dies. The row of a key is in src/db/idempotency.ts, the mark of the work in
 * src/db/once.ts. Draft: https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
 */
import { createHash } from 'node:crypto'
import {
  type AskedOnce,
  type KeptAnswer,
  keepAnswer,
  leaveTurn,
  renewTurn,
  takeTurn,
  workOf,
} from '../db/idempotency.ts'
import { type Once, OnceLost, runOnce } from '../db/once.ts'
import type { Answer, Call, Handled, Route } from './call.ts'
import { faultsProblem, Problem, problemBody } from './problem.ts'
import { recoveredAnswer } from './recovered.ts'

const KEY = /^[\x20-\x7e]{1,200}$/
const FIRST_LOOK_MS = 50
const LONGEST_REST_MS = 500

export const isIdempotent = ({ idempotent, method, permission }: Route): boolean =>
  idempotent ?? (method === 'post' && permission !== 'anyone' && !permission.endsWith('.read'))

/** No BigInt leaves the server as anything but a number. */
export const plain = (_key: string, value: unknown): unknown =>
  typeof value === 'bigint' ? Number(value) : value

/** The same for the same value, in whatever order its members come. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical)
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return members.map(([name, member]) => [name, canonical(member)])
}

/** Of an upload its length stands for it: nobody wants to read 4 GiB to know that they came before. */
function hashOf(call: Call, raw: unknown): string {
  const { request, params, query, principal } = call
  const { 'content-length': length, 'content-type': type } = request.headers
  const asked = [canonical(params), canonical(query), raw === undefined ? [length, type] : canonical(raw)]
  // Of an edit what was seen is part of what is asked.
  const seen = request.headers['if-match']
  if (seen !== undefined) asked.push(seen)
  // What one token of a person was answered is not told to another one of fewer stores.
  if (principal.storeGroups !== null) asked.push([...principal.storeGroups].sort())
  return createHash('sha256').update(JSON.stringify(asked, plain)).digest('hex')
}

/**
 * What the request's key asks for; undefined: it has none, or the route takes none.
 * @param raw the body before its schema; undefined: it is streamed, or there is none
 * @throws Problem fieldInvalid
 */
export function askedOnce(route: Route, call: Call, raw: unknown): AskedOnce | undefined {
  const key = call.request.headers['idempotency-key']
  if (key === undefined || !isIdempotent(route)) return undefined
  if (typeof key !== 'string' || !KEY.test(key))
    throw faultsProblem([
      { code: 'fieldInvalid', path: 'Idempotency-Key', detail: '1 to 200 printable characters of ASCII' },
    ])
  const name = `${route.method.toUpperCase()} ${route.path}`
  return { actor: call.actor, key, route: name, requestHash: hashOf(call, raw) }
}

/** Refusals that say nothing of the work: asked again, it may be done. */
const PASSING: ReadonlySet<number> = new Set([401, 403, 408, 412, 413, 415, 428, 429, 431])

function isKept(route: Route, problem: Problem): boolean {
  // The length of an upload stands for its bytes, so another one may come under its key.
  if (route.streams !== undefined) return false
  return problem.status < 500 && !PASSING.has(problem.status)
}

const keptOf = ({ status, headers, body }: Answer): KeptAnswer => ({
  status: status ?? 200,
  headers: headers ?? {},
  body: JSON.parse(JSON.stringify(body ?? null, plain)) as unknown,
})

const problemOf = (problem: Problem, requestId: string): KeptAnswer => ({
  status: problem.status,
  headers: { 'Content-Type': 'application/problem+json' },
  body: problemBody(problem, requestId),
})

const replayed = ({ status, headers, body }: KeptAnswer): Answer => ({
  status,
  headers: { ...headers, 'Idempotency-Replayed': 'true' },
  body,
})

/** Renews the turn until the work has ended. */
async function whileRenewing<T>({ db, log, limits }: Call, once: Once, work: () => Promise<T>): Promise<T> {
  const renew = () =>
    // Who loses the turn learns it at the commit.
    renewTurn(db, once, limits.keyLeaseMs).catch((error: unknown) =>
      log.warn({ err: error }, 'the turn of an idempotency key was not renewed'),
    )
  const timer = setInterval(renew, limits.keyLeaseMs / 3)
  try {
    return await work()
  } finally {
    clearInterval(timer)
  }
}

/** Of an answer with a secret only what was made is kept. */
async function toKeep(route: Route, call: Call, once: Once, answer: Answer): Promise<KeptAnswer> {
  const xid = route.answersOnce === true ? await workOf(call.db, once) : undefined
  if (xid !== undefined) return recoveredAnswer(call, xid)
  return keptOf(
    route.answersOnce === true ? { status: answer.status ?? 200, body: { recovered: true } } : answer,
  )
}

/** Where this fails too, the lease runs out. */
const leave = ({ db, log }: Call, once: Once): Promise<void> =>
  leaveTurn(db, once).catch((error: unknown) =>
    log.warn({ err: error }, 'the turn of an idempotency key was not left'),
  )

/** Does the work. Undefined: another one has taken over, and has the answer or will have it. */
async function doWork(
  route: Route,
  call: Call,
  once: Once,
  work: () => Handled,
): Promise<Answer | undefined> {
  const { db, response } = call
  try {
    const answer = await whileRenewing(call, once, () => runOnce(once, work))
    if (answer === undefined) throw new Error(`${route.path} answers by itself, and cannot be asked for once`)
    return (await keepAnswer(db, once, await toKeep(route, call, once, answer))) ? answer : undefined
  } catch (error) {
    if (error instanceof OnceLost) return undefined
    if (error instanceof Problem && isKept(route, error)) {
      const answer = problemOf(error, String(response.getHeader('X-Request-Id')))
      if (!(await keepAnswer(db, once, answer))) return undefined
    } else await leave(call, once)
    throw error
  }
}

/**
 * Does the work once under its key, or answers what was answered.
 * @throws Problem keyReused, keyInUse, and whatever the work throws
 */
export async function answerOnce(route: Route, call: Call, asked: AskedOnce, work: () => Handled): Handled {
  const { db, limits, response, signal } = call
  const end = Date.now() + limits.keyWaitMs
  let restMs = FIRST_LOOK_MS
  for (;;) {
    const turn = await takeTurn(db, asked, limits.keyLeaseMs)
    if (turn.kind === 'reused') throw new Problem('keyReused', { path: 'Idempotency-Key' })
    if (turn.kind === 'answered') return replayed(turn.answer)
    if (turn.kind === 'done') {
      const answer = await recoveredAnswer(call, turn.xid)
      if (await keepAnswer(db, turn.once, answer)) return replayed(answer)
    }
    if (turn.kind === 'mine') {
      const answer = await doWork(route, call, turn.once, work)
      if (answer !== undefined) return answer
    }
    if (signal.aborted) throw new Problem('shuttingDown', { retryAfter: 1 })
    if (Date.now() + restMs > end || response.destroyed) throw new Problem('keyInUse', { retryAfter: 2 })
    await new Promise((resolve) => setTimeout(resolve, restMs))
    restMs = Math.min(restMs * 2, LONGEST_REST_MS)
  }
}
