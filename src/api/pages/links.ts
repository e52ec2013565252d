/** What the links that work once open: the first administrator, and a password to choose. */
import { isLogin, normalLogin } from '../../db/actors.ts'
import { readLink, type UsedLink, useFirstLink, usePasswordLink } from '../../db/links.ts'
import { html, nothing } from '../../report/markup.ts'
import { Problem } from '../problem.ts'
import { text } from '../schemas.ts'
import { hashGood, openSession } from '../sign-in.ts'
import { type Field, fault, field, form, sendPage } from './layout.ts'
import { HOME } from './local-path.ts'
import { linkTo } from './place.ts'
import { type Told, textOf, toldOf, type Visit } from './visit.ts'
import { type PageWord, say } from './words.ts'

const twice = (rules: PageWord): readonly Field[] => [
  { name: 'password', label: 'password', type: 'password', autocomplete: 'new-password', rules },
  { name: 'again', label: 'again', type: 'password', autocomplete: 'new-password' },
]

const secretOf = ({ request }: Visit): string => String(request.params.secret)

function tellGone({ language, response }: Visit, title: PageWord, word: PageWord): void {
  sendPage(response, { language, title, body: [fault(language, word)], status: 410 })
}

async function show(visit: Visit, kind: 'welcome' | 'password', told?: Told): Promise<void> {
  const { db, language, response } = visit
  const isFirst = kind === 'welcome'
  const title = isFirst ? 'welcome' : 'choosePassword'
  const link = await readLink(db.pool, isFirst ? 'firstAdmin' : 'setPassword', secretOf(visit))
  if (link === undefined) return tellGone(visit, title, isFirst ? 'firstLinkUnusable' : 'linkUnusable')
  const own: readonly Field[] = isFirst
    ? [
        { name: 'login', label: 'login', autocomplete: 'username', rules: 'loginRules' },
        { name: 'name', label: 'name', autocomplete: 'name' },
      ]
    : []
  const fields = [
    ...own.map((one) => field(language, { ...one, value: textOf(visit, one.name) })),
    ...twice('rules').map((one) => field(language, one)),
  ]
  const intro = isFirst ? say(language, 'welcomeText') : (link.login ?? '')
  const body = [
    html`<p>${intro}</p>\n`,
    isFirst ? nothing : html`<p>${say(language, 'passwordEnds')}</p>\n`,
    fault(language, told?.word, told?.more),
    form(linkTo(visit.request, `/${kind}/${secretOf(visit)}`), fields, say(language, 'save')),
  ]
  sendPage(response, { language, title, body, status: told?.status ?? 200 })
}

/** Signed in at once; a link that somebody else was faster with is told so. */
async function finish(visit: Visit, kind: 'welcome' | 'password', used: UsedLink): Promise<void> {
  if (used.ok) {
    await openSession(visit, used.user, 'link')
    return visit.response.redirect(303, linkTo(visit.request, HOME))
  }
  if (used.why === 'loginTaken') throw new Problem('loginTaken')
  return show(visit, kind)
}

function samePassword(visit: Visit): string {
  const password = textOf(visit, 'password')
  if (password === textOf(visit, 'again')) return password
  throw new Differ()
}
class Differ extends Error {}

const told = (error: unknown, visit: Visit): Told =>
  error instanceof Differ ? { word: 'differ', more: '', status: 422 } : toldOf(error, visit)

export const welcomePage = (visit: Visit): Promise<void> => show(visit, 'welcome')
export const passwordPage = (visit: Visit): Promise<void> => show(visit, 'password')

export async function welcomeForm(visit: Visit): Promise<void> {
  try {
    const login = normalLogin(textOf(visit, 'login').trim())
    const name = text(200).safeParse(textOf(visit, 'name').trim())
    if (!isLogin(login) || !name.success) throw new Problem('fieldInvalid')
    if ((await readLink(visit.db.pool, 'firstAdmin', secretOf(visit))) === undefined)
      return await show(visit, 'welcome')
    const passwordHash = await hashGood(samePassword(visit), login)
    const admin = { login, name: name.data, passwordHash }
    await finish(visit, 'welcome', await useFirstLink(visit.db, secretOf(visit), admin))
  } catch (error) {
    await show(visit, 'welcome', told(error, visit))
  }
}

export async function passwordForm(visit: Visit): Promise<void> {
  try {
    const link = await readLink(visit.db.pool, 'setPassword', secretOf(visit))
    if (link === undefined) return await show(visit, 'password')
    const hash = await hashGood(samePassword(visit), link.login ?? '')
    await finish(visit, 'password', await usePasswordLink(visit.db, secretOf(visit), hash))
  } catch (error) {
    await show(visit, 'password', told(error, visit))
  }
}
