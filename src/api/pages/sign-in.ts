import { endSession } from '../../db/sessions.ts'
import { html, nothing } from '../../report/markup.ts'
import { whoIs } from '../auth.ts'
import { clearCookie } from '../cookie.ts'
import { checkSignIn, openSession } from '../sign-in.ts'
import { fault, field, form, sendPage } from './layout.ts'
import { localPath } from './local-path.ts'
import { linkTo } from './place.ts'
import { type Told, textOf, toldOf, type Visit } from './visit.ts'
import { say } from './words.ts'

const toOf = ({ request }: Visit): string => localPath(request.query.to)

function show(visit: Visit, told?: Told): void {
  const { language, request, response, config } = visit
  const to = encodeURIComponent(toOf(visit))
  const fields = [
    field(language, {
      name: 'login',
      label: 'login',
      autocomplete: 'username',
      value: textOf(visit, 'login'),
      isFirst: true,
    }),
    field(language, {
      name: 'password',
      label: 'password',
      type: 'password',
      autocomplete: 'current-password',
    }),
  ]
  const other =
    config.oidc === undefined
      ? nothing
      : html`<p><a href="${linkTo(request, `/sign-in/oidc?to=${to}`)}">${say(language, 'byOidc')}</a></p>
`
  const body = [
    fault(language, told?.word, told?.more),
    form(linkTo(request, `/sign-in?to=${to}`), fields, say(language, 'enter')),
    other,
  ]
  sendPage(response, { language, title: 'signIn', body, status: told?.status ?? 200 })
}

export async function signInPage(visit: Visit): Promise<void> {
  const who = await whoIs(visit, visit.request, visit.response)
  if (who?.sessionId != null) visit.response.redirect(303, linkTo(visit.request, toOf(visit)))
  else show(visit)
}

export async function signInForm(visit: Visit): Promise<void> {
  try {
    const asked = { login: textOf(visit, 'login'), password: textOf(visit, 'password') }
    await openSession(visit, await checkSignIn(visit, asked), 'password')
  } catch (error) {
    return show(visit, toldOf(error, visit))
  }
  visit.response.redirect(303, linkTo(visit.request, toOf(visit)))
}

export async function signOutPage(visit: Visit): Promise<void> {
  const { language, response, request } = visit
  const who = await whoIs(visit, request, response)
  const body =
    who?.sessionId == null
      ? [
          html`<p>${say(language, 'notSignedIn')} <a href="${linkTo(request, '/sign-in')}">${say(language, 'enter')}</a></p>\n`,
        ]
      : [
          html`<p>${say(language, 'signedInAs')} <b>${who.actor}</b>.</p>\n`,
          form(linkTo(request, '/sign-out'), [], say(language, 'leave')),
        ]
  sendPage(response, { language, title: 'signOut', body })
}

export async function signOutForm(visit: Visit): Promise<void> {
  const { db, config, request, response } = visit
  const who = await whoIs(visit, request, response)
  if (who?.sessionId != null) await endSession(db.pool, who.sessionId)
  response.removeHeader('Set-Cookie')
  clearCookie(response, config)
  response.redirect(303, linkTo(request, '/sign-in'))
}
