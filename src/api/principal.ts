/** Who asks, and what they may. */
import type { FoundSession } from '../db/sessions.ts'
import type { FoundToken } from '../db/tokens.ts'
import { isRole, lesserRole, type Permission, permissionsOf, type Role } from './permissions.ts'

export interface Principal {
  /** As every event calls them: a person's login, or the name of a token that is nobody's. Empty: not signed in. */
  readonly actor: string
  readonly userId: string | null
  readonly tokenId: string | null
  readonly sessionId: string | null
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
    ...{ actor: user.login, userId: user.id, tokenId: null, sessionId, role, expiresAt: null },
    ...{ permissions: permissionsOf(role), storeGroups: groupsOf(user.storeGroups) },
  }
}

/** A token, and never more than its owner. */
export function principalOfToken(token: FoundToken): Principal {
  const { id: tokenId, user, expiresAt } = token
  const own = roleOf(token.role)
  const role = user === null ? own : lesserRole(own, roleOf(user.role))
  const storeGroups = both(groupsOf(token.storeGroups), user === null ? null : groupsOf(user.storeGroups))
  return {
    ...{ actor: user?.login ?? token.name, userId: user?.id ?? null, tokenId, sessionId: null, role },
    ...{ permissions: permissionsOf(role, token.scopes), storeGroups, expiresAt },
  }
}

/** Users and everybody's tokens: only for an admin of the whole chain, or one of a part would make one of all. */
export const managesUsers = (who: Principal): boolean =>
  who.permissions.has('users.manage') && who.storeGroups === null
