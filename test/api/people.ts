/** Users of a head office, as an administrator makes them. */
import type { Role } from '../../src/api/permissions.ts'
import { type Browser, openBrowser } from './browser.ts'
import type { HeadOffice } from './head-office.ts'

export const PASSWORD = 'correct horse battery'

export interface Person {
  readonly id: string
  readonly login: string
}

export async function addPerson(
  office: HeadOffice,
  login: string,
  role: Role,
  storeGroups: readonly string[] = [],
): Promise<Person> {
  const made = await office.ask('POST', '/users', { json: { login, name: login, role, storeGroups } })
  if (made.status !== 201) throw new Error(made.text)
  return { id: made.json.id as string, login: made.json.login as string }
}

/** By the link that lets them; in a browser that is signed in then. */
export async function choosePassword(
  office: HeadOffice,
  { id }: Person,
  password = PASSWORD,
): Promise<Browser> {
  const link = await office.ask('POST', `/users/${id}/link`)
  const browser = openBrowser(office.url)
  const page = new URL(link.json.url as string).pathname
  const done = await browser.go('POST', page, { password, again: password })
  if (done.status !== 303) throw new Error(done.text)
  return browser
}

export async function signIn(office: HeadOffice, login: string, password = PASSWORD): Promise<Browser> {
  const browser = openBrowser(office.url)
  const reply = await browser.call('POST', '/api/v1/session', { login, password })
  if (reply.status !== 201) throw new Error(reply.text)
  return browser
}

/** A token of one's own, made as that person: whatever of it is left out is all that they may. */
export async function tokenOfPerson(browser: Browser, name: string, more: object = {}): Promise<string> {
  const made = await browser.call('POST', '/api/v1/tokens', { name, ...more })
  if (made.status !== 201) throw new Error(made.text)
  return made.json.token as string
}
