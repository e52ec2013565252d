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
]
/** Any number: only that all who ask for it ask for the same one. */
const LOCK = 7_300_001

/** Logins are compared as they are kept: one form of each letter, and no capitals. */
export const normalLogin = (text: string): string => text.normalize('NFKC').toLowerCase()

const LOGIN = /^[\p{L}\p{N}._@-]{1,64}$/u
export const isLogin = (text: string): boolean => LOGIN.test(text)

/** Until the transaction ends nobody else changes users or names. */
export async function lockActors(on: Executor): Promise<void> {
  await on.query('SELECT pg_advisory_xact_lock($1)', [LOCK])
}

/** Whether events already mean somebody else by it; also by one who was disabled or revoked since. */
export async function isActorTaken(on: Executor, name: string): Promise<boolean> {
  const normal = normalLogin(name)
  if (OWN.includes(normal)) return true
  const { rows } = await on.query<{ name: string }>(
    'SELECT login AS name FROM app_user UNION ALL SELECT name FROM api_token WHERE user_id IS NULL',
  )
  return rows.some((row) => normalLogin(row.name) === normal)
}
