/** To the organisation's sign-in server and back. */
import { endOidcAccess, keepOidcRequest, takeOidcRequest, userOfOidc } from '../../db/oidc.ts'
import { html } from '../../report/markup.ts'
import { clearOidcState, readOidcState, setOidcState } from '../cookie.ts'
import { type Oidc, OidcRefused } from '../oidc.ts'
import { Problem } from '../problem.ts'
import { openSession } from '../sign-in.ts'
import { fault, sendPage } from './layout.ts'
import { localPath } from './local-path.ts'
import { linkTo } from './place.ts'
import type { Visit } from './visit.ts'
import { type PageWord, say } from './words.ts'

function refuse({ language, request, response }: Visit, word: PageWord, status = 403): void {
  const back = html`<p><a href="${linkTo(request, '/sign-in')}">${say(language, 'signIn')}</a></p>\n`
  sendPage(response, { language, title: 'signIn', body: [fault(language, word), back], status })
}

export async function oidcBegin(visit: Visit, oidc: Oidc | undefined): Promise<void> {
  if (oidc === undefined) throw new Problem('routeUnknown')
  const { db, request, response } = visit
  try {
    const { url, state, ...kept } = await oidc.begin()
    await keepOidcRequest(db.pool, state, { ...kept, returnTo: localPath(request.query.to) })
    setOidcState(response, visit.config, state)
    response.redirect(303, url.href)
  } catch (error) {
    tell(visit, error)
  }
}

function tell(visit: Visit, error: unknown): void {
  if (!(error instanceof OidcRefused)) throw error
  visit.log.warn({ err: error, why: error.why }, 'sign-in by OpenID Connect')
  refuse(visit, error.why, error.why === 'oidcAway' ? 503 : 403)
}

const REFUSALS = { loginTaken: 'oidcLoginTaken', disabled: 'disabled', noLogin: 'oidcNoLogin' } as const

export async function oidcEnd(visit: Visit, oidc: Oidc | undefined): Promise<void> {
  if (oidc === undefined) throw new Problem('routeUnknown')
  const { db, request, response } = visit
  const state = typeof request.query.state === 'string' ? request.query.state : ''
  const isTheirs = state !== '' && state === readOidcState(request, visit.config)
  const kept = isTheirs ? await takeOidcRequest(db.pool, state) : undefined
  if (kept === undefined) return refuse(visit, 'oidcRefused')
  clearOidcState(response, visit.config)
  try {
    const { search } = new URL(request.originalUrl, 'http://here.invalid')
    const found = await userOfOidc(db, await oidc.end(search, { ...kept, state }))
    if (!found.ok) return refuse(visit, REFUSALS[found.why])
    await openSession(visit, found.user, 'oidc')
    response.redirect(303, linkTo(request, kept.returnTo))
  } catch (error) {
    // Whoever has no role there any more has none here: what they have open ends.
    if (error instanceof OidcRefused && error.who !== undefined) await endOidcAccess(db, error.who)
    tell(visit, error)
  }
}
