/** Names that stand in events: logins of people, and names of tokens that belong to nobody. One name, one of them. */
import type { Executor } from './database.ts'

/** What events call parts of Nightshift itself. */
const OWN = [
  'conductor',
  'command line',
  'worker',
  'schedule',
  'nightshift',
  'unknown',
  'welcome link',
  'oidc',
  'restore',
]
/** Any number: only that all who ask for it ask for the same one. */
const LOCK = 7_300_001

/** Logins are compared as they are kept: one form of each letter, and no capitals. */
export const normalLogin = (text: string): string => text.normalize('NFKC').toLowerCase()

/**
 * Latin letters only. Allowing one script at a time would still let Cyrillic `сора` stand beside Latin `copa`, and which
 * of them approved a plan could not be told from the journal. A person's name is another field, of any letters.
 */
const LOGIN = /^[a-z0-9._@-]{1,64}$/
/** @param text in its normal form */
export const isLogin = (text: string): boolean => LOGIN.test(text)

/** Also those of before that rule: they go on signing in. */
export const couldBeLogin = (text: string): boolean => /^[\p{L}\p{N}._@-]{1,64}$/u.test(normalLogin(text))

/** Cyrillic and Greek letters, and the Latin ones that they are drawn as, small or large. https://www.unicode.org/reports/tr39/ */
const FOREIGN = 'авсԁеёһніїјкӏмоорԛѕтухԝѵαβεηικνορτυχω'
const LATIN = 'abcdeehhiijklmoopqstyxwvabenikvoptyxw'
const DRAWN = new Map([...FOREIGN].map((letter, at) => [letter, LATIN[at] ?? letter]))

/** What a name looks like: names of tokens may have any letters, and stand in the same column. */
const looksLike = (name: string): string =>
  [...normalLogin(name)].map((letter) => DRAWN.get(letter) ?? letter).join('')

/** Until the transaction ends nobody else changes users or names. */
export async function lockActors(on: Executor): Promise<void> {
  await on.query('SELECT pg_advisory_xact_lock($1)', [LOCK])
}

/** Whether events already mean somebody else by it, or by what looks like it; also by one who was disabled or revoked since. */
export async function isActorTaken(on: Executor, name: string): Promise<boolean> {
  const look = looksLike(name)
  if (OWN.includes(look)) return true
  const { rows } = await on.query<{ name: string }>(
    'SELECT login AS name FROM app_user UNION ALL SELECT name FROM api_token WHERE user_id IS NULL',
  )
  return rows.some((row) => looksLike(row.name) === look)
}
