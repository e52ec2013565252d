/** Pages at the door: signing in and out, and the links that work once. They work without a script. */
import express, { type RequestHandler, type Router } from 'express'
import type { ApiDeps } from '../call.ts'
import type { Limits } from '../limits.ts'
import { createOidc, type Oidc } from '../oidc.ts'
import { Problem } from '../problem.ts'
import { addressKey, type RateLimit } from '../rate.ts'
import { type Entrance, enter } from './entrance.ts'
import { passwordForm, passwordPage, welcomeForm, welcomePage } from './links.ts'
import { oidcBegin, oidcEnd } from './oidc.ts'
import { signInForm, signInPage, signOutForm, signOutPage } from './sign-in.ts'
import { readFormWithin, type Visit, visitOf } from './visit.ts'

type Page = (visit: Visit, oidc: Oidc | undefined) => Promise<void>

const gets: Readonly<Record<string, Page>> = {
  '/sign-in': signInPage,
  '/sign-in/oidc': oidcBegin,
  '/sign-in/oidc/callback': oidcEnd,
  '/sign-out': signOutPage,
  '/welcome/:secret': welcomePage,
  '/password/:secret': passwordPage,
}
const posts: Readonly<Record<string, Page>> = {
  '/sign-in': signInForm,
  '/sign-out': signOutForm,
  '/welcome/:secret': welcomeForm,
  '/password/:secret': passwordForm,
}

/** Browsers say from where a form comes. What says nothing is no browser of a person, and may use the API. */
const refuseUnsaid: RequestHandler = ({ headers }, _response, next) => {
  const isSaid = headers['sec-fetch-site'] !== undefined || headers.origin !== undefined
  next(isSaid ? undefined : new Problem('crossSite'))
}

export interface DoorOptions {
  /** Left out: there is none. */
  readonly entrance?: Entrance
}
interface PageDeps extends ApiDeps, DoorOptions {
  readonly rate: RateLimit
  readonly limits: Pick<Limits, 'bodyMs'>
}

export function pageRouter(deps: PageDeps): Router {
  const router = express.Router()
  const oidc = createOidc(deps.config)
  // Before anything is read: what is refused is counted as well.
  const count =
    (path: string): RequestHandler =>
    async (request, response, next) => {
      response.locals.route = path
      await deps.rate.count(request, response, addressKey(request.ip))
      next()
    }
  const serve =
    (page: Page): RequestHandler =>
    (request, response) =>
      page(visitOf(deps, request, response), oidc)
  const read = readFormWithin(deps.limits.bodyMs)
  for (const [path, page] of Object.entries(gets)) router.get(path, count(path), serve(page))
  for (const [path, page] of Object.entries(posts))
    router.post(path, count(path), refuseUnsaid, read, serve(page))
  const { entrance } = deps
  if (entrance !== undefined)
    router.get(
      '/demo/:secret',
      count('/demo/:secret'),
      serve((visit) => enter(visit, entrance)),
    )
  return router
}
