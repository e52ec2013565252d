/** The one way to the API. Every call has a deadline; what goes wrong is an ApiProblem. */
import { hearClock } from '../format/now.ts'
import { takeAhead } from './ahead.ts'
import { addressOf, goTo } from './base.ts'
import { isOnTheWayOut, leave } from './person.ts'
import { ApiProblem, localProblem, problemOf } from './problem.ts'

export type Params = Readonly<
  Record<string, string | number | boolean | null | undefined | readonly string[]>
>

interface Asked {
  readonly params?: Params
  /** A file goes as it is, anything else as JSON. */
  readonly body?: unknown
  /** Of an edit: what was seen. */
  readonly ifMatch?: string
  /** Of what starts work: the same key never starts it twice. Made anew for each when left out. */
  readonly idempotencyKey?: string
  /** Of a POST that only looks: nothing can be done twice, so nothing is kept of it. */
  readonly isLook?: boolean
  /**
   * Of a POST that says how something is to be, as `pause`: done again it changes nothing. What was answered before
   * somebody undid it is no answer, so each press is a request of its own.
   */
  readonly setsState?: boolean
  readonly signal?: AbortSignal
  readonly headers?: Readonly<Record<string, string>>
}

const DEADLINE_MS = 60_000

/** `path` below `/api/v1`, with its leading slash. Left out: what is null, undefined or empty. */
export function apiAddress(path: string, params: Params = {}): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(params)) {
    const values = Array.isArray(value) ? value : [value]
    for (const one of values)
      if (one !== null && one !== undefined && one !== '') query.append(name, String(one))
  }
  const text = query.toString()
  return addressOf(`api/v1${path}${text === '' ? '' : `?${text}`}`)
}

/** To sign in, and then back to just this page. */
export function goToSignIn(): void {
  if (isOnTheWayOut()) {
    leave()
    return
  }
  const root = new URL(document.baseURI)
  const here = `/${location.pathname.slice(root.pathname.length)}${location.search}`
  goTo(`sign-in?to=${encodeURIComponent(here)}`)
}

/** Not randomUUID: browsers have it on https alone, and a head office may have none. */
const newKey = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join(
    '',
  )

/** How long somebody presses once more because nothing came back, and means the same press. */
const SAME_PRESS_MS = 10 * 60_000
const MOST_UNANSWERED = 20
/** Request → its key, of those whose outcome nobody knows: they may have been done. */
const unanswered = new Map<string, { readonly key: string; readonly until: number }>()

/** Whether the server may have done it all the same. */
const isOpen = (error: unknown): boolean =>
  error instanceof ApiProblem && error.code !== 'cancelled' && (error.status === 0 || error.status >= 502)

/** Refusals that come before anybody looks what became of the key: of a former try they say nothing. */
const SAYS_NOTHING: ReadonlySet<number> = new Set([401, 403, 408, 429])
const saysNothing = (error: unknown): boolean =>
  error instanceof ApiProblem &&
  (error.status === 0 || error.status >= 500 || error.code === 'keyInUse' || SAYS_NOTHING.has(error.status))

/** The same request after one that was never answered has its key: what was done is not done twice. */
async function askOnce<T>(intent: string, send: (key: string) => Promise<T>): Promise<T> {
  const former = unanswered.get(intent)
  unanswered.delete(intent)
  const key = former !== undefined && former.until > Date.now() ? former.key : newKey()
  try {
    return await send(key)
  } catch (error) {
    if (isOpen(error) || (former?.key === key && saysNothing(error)))
      unanswered.set(intent, { key, until: Date.now() + SAME_PRESS_MS })
    for (const one of unanswered.keys()) if (unanswered.size > MOST_UNANSWERED) unanswered.delete(one)
    throw error
  }
}

function requestOf(method: string, asked: Asked): RequestInit {
  const { body, ifMatch, idempotencyKey, headers = {} } = asked
  const all: Record<string, string> = { Accept: 'application/json', ...headers }
  if (body !== undefined && !(body instanceof Blob)) all['Content-Type'] = 'application/json'
  if (ifMatch !== undefined) all['If-Match'] = ifMatch
  if (method === 'POST' && asked.isLook !== true) all['Idempotency-Key'] = idempotencyKey ?? newKey()
  const init: RequestInit = { method, headers: all, credentials: 'same-origin' }
  return body === undefined ? init : { ...init, body: body instanceof Blob ? body : JSON.stringify(body) }
}

/** Ends every session of one's own, the asking one as well; its answer brings another. */
const RENEWS = '/session/password'
let renewal: Promise<unknown> | undefined
let renewedAt = Number.NEGATIVE_INFINITY

async function renew<T>(work: Promise<T>): Promise<T> {
  renewal = work.catch(() => {})
  return work.finally(() => {
    renewal = undefined
    renewedAt = Date.now()
  })
}
/** Whether what was sent then may have gone with the session before. */
async function isRenewed(sentAt: number): Promise<boolean> {
  await renewal
  return renewedAt >= sentAt
}

async function send(method: string, path: string, asked: Asked, isAgain = false): Promise<Response> {
  const deadline = AbortSignal.timeout(DEADLINE_MS)
  const signal = asked.signal === undefined ? deadline : AbortSignal.any([asked.signal, deadline])
  const address = apiAddress(path, asked.params)
  const ahead = method === 'GET' ? takeAhead(address) : undefined
  const sentAt = ahead?.sentAt ?? Date.now()
  const answer = ahead?.answer ?? fetch(address, { ...requestOf(method, asked), signal })
  const response = await answer.catch((error: unknown) => {
    // Of what only looks the page tries again by itself; of the rest nobody knows whether it was done.
    const code = method === 'GET' || asked.isLook === true ? 'offline' : 'unanswered'
    throw localProblem(asked.signal?.aborted === true ? 'cancelled' : code, error)
  })
  hearClock(response.headers.get('Date'), sentAt)
  if (response.ok) return response
  if (response.status === 401 && path !== RENEWS) {
    // Refused before anybody looked at it: it may be asked once more.
    if (!isAgain && (await isRenewed(sentAt))) return send(method, path, asked, true)
    goToSignIn()
  }
  throw await problemOf(response)
}

async function read<T>(response: Response): Promise<T> {
  if (response.status === 204) return undefined as T
  try {
    return (await response.json()) as T
  } catch (error) {
    throw localProblem('answerUnreadable', error)
  }
}

/** @throws ApiProblem */
export async function ask<T>(method: string, path: string, asked: Asked = {}): Promise<T> {
  const whole = async (more: Partial<Asked> = {}) => read<T>(await send(method, path, { ...asked, ...more }))
  const isOnce = method === 'POST' && asked.isLook !== true && asked.setsState !== true
  if (!isOnce || asked.idempotencyKey !== undefined || asked.body instanceof Blob) return whole()
  // Over something else that was seen it is another edit, whatever it says.
  const intent = JSON.stringify([path, asked.params, asked.ifMatch ?? null, asked.body])
  const once = askOnce(intent, (idempotencyKey) => whole({ idempotencyKey }))
  return path === RENEWS ? renew(once) : once
}

/** @throws ApiProblem */
export const get = <T>(path: string, params?: Params, signal?: AbortSignal): Promise<T> =>
  ask<T>('GET', path, { ...(params && { params }), ...(signal && { signal }) })

/** @throws ApiProblem */
export const post = <T>(path: string, body: unknown = {}, more: Omit<Asked, 'body'> = {}): Promise<T> =>
  ask<T>('POST', path, { ...more, body })

/** A question that is too long for an address: it changes nothing. @throws ApiProblem */
export const look = <T>(path: string, body: unknown, more: Omit<Asked, 'body'> = {}): Promise<T> =>
  ask<T>('POST', path, { ...more, body, isLook: true })
