/** Who asks, and what they may. */
import type { FoundSession } from '../db/sessions.ts'
import type { FoundToken } from '../db/token-line.ts'
import { isRole, lesserRole, type Permission, permissionsOf, type Role } from './permissions.ts'

export interface Principal {
  /** As every event calls them: a person's login, or the name of a token that is nobody's. Empty: not signed in. */
  readonly actor: string
  readonly userId: string | null
  readonly tokenId: string | null
  readonly sessionId: string | null
  /** Who can make more of themselves: the person, else whoever made the token, else the first of its line. Not signed in: empty. */
  readonly account: string
  readonly role: Role | null
  readonly permissions: ReadonlySet<Permission>
  /** Groups of stores that they may see and touch; null: the whole chain; empty: none at all. */
  readonly storeGroups: readonly string[] | null
  /** Of a token that ends by itself. */
  readonly expiresAt: Date | null
}

export const nobody: Principal = {
  actor: '',
  userId: null,
  tokenId: null,
  sessionId: null,
  account: '',
  role: null,
  permissions: new Set(),
  storeGroups: null,
  expiresAt: null,
}

type Groups = readonly string[] | null

/** As rows keep them: none is the whole chain. */
const groupsOf = (kept: readonly string[]): Groups => (kept.length === 0 ? null : kept)
const roleOf = (text: string): Role => (isRole(text) ? text : 'viewer')

/** What is in both. */
function both(a: Groups, b: Groups): Groups {
  if (a === null) return b
  return b === null ? a : a.filter((one) => b.includes(one))
}

/** A person, as their row says at this moment. */
export function principalOfSession({ sessionId, user }: FoundSession): Principal {
  const role = roleOf(user.role)
  return {
    ...{ actor: user.login, userId: user.id, tokenId: null, sessionId, account: user.id, role },
    ...{ expiresAt: null },
    ...{ permissions: permissionsOf(role), storeGroups: groupsOf(user.storeGroups) },
  }
}

/** A token, and never more than everybody that it hangs on may now. */
export function principalOfToken(token: FoundToken): Principal {
  const { id: tokenId, user, makerId, rootId, expiresAt, limits } = token
  const role = limits.map((one) => roleOf(one.role)).reduce(lesserRole, roleOf(token.role))
  const storeGroups = limits.map((one) => groupsOf(one.storeGroups)).reduce(both, groupsOf(token.storeGroups))
  return {
    ...{ actor: user?.login ?? token.name, userId: user?.id ?? null, tokenId, sessionId: null, role },
    ...{ account: user?.id ?? makerId ?? rootId, expiresAt },
    ...{ permissions: permissionsOf(role, token.scopes), storeGroups },
  }
}

/** Users and everybody's tokens: only for an admin of the whole chain, or one of a part would make one of all. */
export const managesUsers = (who: Principal): boolean =>
  who.permissions.has('users.manage') && who.storeGroups === null
