/** Who asks, and what they may. */
import { type Permission, permissionsOf, type Role } from './permissions.ts'

export interface Principal {
  /** As every event calls them: a person's login, or the name of a token that is nobody's. Empty: not signed in. */
  readonly actor: string
  readonly userId: string | null
  readonly tokenId: string | null
  readonly sessionId: string | null
  readonly role: Role | null
  readonly permissions: ReadonlySet<Permission>
  /** Groups of stores that they may see and touch; null: the whole chain. */
  readonly storeGroups: readonly string[] | null
}

export const nobody: Principal = {
  actor: '',
  userId: null,
  tokenId: null,
  sessionId: null,
  role: null,
  permissions: new Set(),
  storeGroups: null,
}

/** @param storeGroups none: the whole chain */
export function principal(
  who: Pick<Principal, 'actor' | 'userId' | 'tokenId' | 'sessionId'>,
  role: Role,
  storeGroups: readonly string[],
  scopes: readonly string[] = [],
): Principal {
  const permissions = permissionsOf(role, scopes)
  return { ...who, role, permissions, storeGroups: storeGroups.length === 0 ? null : storeGroups }
}
