/**
 * The queue board (bull-board): read everything, retry what may be retried, and nothing else.
 * A retry is a request: it is judged by its row before the job is put back, and again by the worker's begin().
 */
import { createBullBoard } from '@bull-board/api'
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter'
import { ExpressAdapter } from '@bull-board/express'
import express, { type Request, type RequestHandler, type Response, type Router } from 'express'
import { addEvent } from '../db/events.ts'
import { jobKinds } from '../jobs/all.ts'
import { authenticate, requirePermission, whoIs } from './auth.ts'
import { requestBoardRetry, retryAllFailed } from './board-retry.ts'
import type { ApiDeps } from './call.ts'
import { linkTo } from './pages/place.ts'
import { Problem } from './problem.ts'

/** The board links web fonts; shops' networks are closed, so the page falls back on the machine's own. */
const PAGE_POLICY =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; base-uri 'self'; form-action 'none'; frame-ancestors 'none'"
const RETRY_ONE = '/api/queues/:queueName/:jobId/retry'

/** Overwritten at the door, so that no client can say who it is. */
const ACTOR = 'x-nightshift-actor'
const actorOf = (headers: Readonly<Record<string, unknown>> | undefined): string => {
  const actor = headers?.[ACTOR]
  return typeof actor === 'string' ? decodeURIComponent(actor) : 'unknown'
}

const letIn =
  (deps: ApiDeps): RequestHandler =>
  async (request, response, next) => {
    if (await sendToSignIn(deps, request, response)) return
    const who = await authenticate(deps, request, response)
    requirePermission(who, request.method === 'GET' ? 'queues.read' : 'rollouts.control')
    // Its jobs are of all stores.
    if (who.storeGroups !== null) throw new Problem('outOfScope')
    request.headers[ACTOR] = encodeURIComponent(who.actor)
    response.set('Content-Security-Policy', PAGE_POLICY)
    // The files carry their digest in their names, and nothing of ours.
    const isFile = request.path.startsWith('/static/') && !response.hasHeader('Set-Cookie')
    if (isFile) response.removeHeader('Cache-Control')
    next()
  }

/** A person who came with a browser and is not signed in yet. */
async function sendToSignIn(deps: ApiDeps, request: Request, response: Response): Promise<boolean> {
  const isPage = request.method === 'GET' && request.get('Accept')?.includes('text/html') === true
  if (!isPage || request.headers.authorization !== undefined) return false
  if ((await whoIs(deps, request, response)) !== undefined) return false
  const to = encodeURIComponent(request.originalUrl.slice(0, 500))
  response.redirect(303, linkTo(request, `/sign-in?to=${to}`))
  return true
}

interface HookContext {
  readonly method: string
  readonly route: string
  readonly request: {
    readonly params: Readonly<Record<string, unknown>>
    readonly headers: Readonly<Record<string, unknown>>
  }
}
interface HookAnswer {
  readonly allow: boolean
  readonly status?: 403 | 404 | 409
  readonly message?: string
}

async function refuseAction(
  deps: ApiDeps,
  actor: string,
  action: string,
  queue: string,
): Promise<HookAnswer> {
  await addEvent(deps.db.pool, { code: 'boardActionRefused', actor, params: { action, queue } })
  return { allow: false, status: 403, message: 'the board may look and retry; nothing else' }
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value.slice(0, 200) : '')

/** Asked before every call of the board's API. */
const before =
  (deps: ApiDeps) =>
  async ({ method, route, request }: HookContext): Promise<HookAnswer> => {
    if (method.toLowerCase() === 'get') return { allow: true }
    const actor = actorOf(request.headers)
    const queue = textOf(request.params.queueName)
    if (route !== RETRY_ONE) return refuseAction(deps, actor, `${method} ${route}`, queue)
    const retry = await requestBoardRetry(deps, { queue, job: textOf(request.params.jobId), actor })
    return retry.ok
      ? { allow: true }
      : { allow: false, status: retry.status, message: `retry refused: ${retry.why}` }
  }

/** bull-board's own would put back every job, also those that its row refuses; this one asks for each. */
const retryAll =
  (deps: ApiDeps): RequestHandler<{ queueName: string; queueStatus: string }> =>
  async (request, response) => {
    const actor = actorOf(request.headers)
    const { queueName, queueStatus } = request.params
    const done = queueStatus === 'failed' && (await retryAllFailed(deps, queueName.slice(0, 200), actor))
    if (done) return void response.json(done)
    const { message } = await refuseAction(deps, actor, `retry ${queueStatus.slice(0, 40)}`, queueName)
    response.status(403).json({ error: { key: 'ERRORS.FORBIDDEN' }, message })
  }

type BoardQueue = ConstructorParameters<typeof BullMQAdapter>[0]
/** What completed is over; only what failed has a button. */
const boardOptions = { allowRetries: true, allowCompletedRetries: false }

/**
 * The board goes by its <base> as it is written there. It is written as seen from where the browser is, and made
 * absolute by the browser, which alone knows what a proxy has put before our root.
 */
const BASE_SCRIPT =
  "const base = document.querySelector('base')\nbase.setAttribute('href', new URL(base.href).pathname)\n"

const placeBase: RequestHandler = (request, response, next) => {
  const base = linkTo(request, '/queues/')
  const send = response.send
  response.send = (body: unknown) =>
    send.call(
      response,
      typeof body === 'string'
        ? body.replace(/<base href="[^"]*" \/>/, `<base href="${base}"><script src="base.js"></script>`)
        : body,
    )
  next()
}

type Board = ReturnType<typeof createBullBoard>

/** The queues as they are now: one whose first connection failed is another object later (jobs/backend.ts). */
function freshQueues({ queues }: ApiDeps) {
  const shown = new Map<string, unknown>()
  const adapters = (): BullMQAdapter[] =>
    Object.values(jobKinds).flatMap(({ name }) => {
      const queue = queues.queue(name)
      if (shown.get(name) === queue) return []
      shown.set(name, queue)
      // A queue on PostgreSQL has all that the adapter calls, under a type of its own.
      return [new BullMQAdapter(queue as unknown as BoardQueue, boardOptions)]
    })
  const refresh =
    (board: Board): RequestHandler =>
    (_request, _response, next) => {
      board.setQueues(adapters())
      next()
    }
  return { adapters, refresh }
}

/** To be mounted at /queues. */
export function boardRouter(deps: ApiDeps): Router {
  const serverAdapter = new ExpressAdapter()
  serverAdapter.setBasePath('/queues')
  const { adapters, refresh } = freshQueues(deps)
  const board = createBullBoard({
    queues: adapters(),
    serverAdapter,
    options: {
      uiConfig: { boardTitle: 'Nightshift', showWorkers: false },
      handlerHooks: {
        before: async (context) => {
          try {
            return await before(deps)(context as unknown as HookContext)
          } catch (error) {
            deps.log.error({ err: error }, 'the board')
            throw error
          }
        },
      },
    },
  })
  const router = express.Router()
  router.use(letIn(deps), refresh(board))
  router.put('/api/queues/:queueName/retry/:queueStatus', retryAll(deps))
  router.get('/base.js', (_request, response) => void response.type('js').send(BASE_SCRIPT))
  router.get(['/', '/metrics-history', '/job-schedulers', '/queue/*rest'], placeBase)
  router.use(serverAdapter.getRouter() as (request: Request) => void)
  return router
}
