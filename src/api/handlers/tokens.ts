/** Tokens: nobody gives away more than they may. */
import type { z } from 'zod'
import {
  findTokenRow,
  listTokens,
  MAX_LIVE,
  type MadeBy,
  makeToken,
  revokeToken,
  type TokenRow,
} from '../../db/tokens.ts'
import { findUserByLogin } from '../../db/users.ts'
import type { newTokenBody } from '../access-schema.ts'
import type { Call, Handled } from '../call.ts'
import { isRole, lesserRole, permissionsOf, type Role } from '../permissions.ts'
import { managesUsers, type Principal } from '../principal.ts'
import { Problem } from '../problem.ts'

type Body = z.output<typeof newTokenBody>
type NewTokenCall = Call<unknown, unknown, Body>

function tokenView({ user, userId: _, makerId: _maker, ...row }: TokenRow) {
  return { ...row, user: user?.login ?? null }
}

function madeBy({ sessionId, tokenId, userId }: Principal): MadeBy {
  if (sessionId !== null && userId !== null) return { sessionId, userId }
  if (tokenId === null) throw new Problem('tokenInvalid')
  return { tokenId }
}

const NOT_MADE = {
  nameTaken: () => new Problem('nameTaken', { path: 'name' }),
  makerGone: () => new Problem('tokenInvalid'),
  tooMany: () => new Problem('tooManyTokens', { more: { limit: MAX_LIVE } }),
  tooDeep: () => new Problem('tooManyTokens', { detail: 'it was made by a token of a token of a token …' }),
} as const

/** @throws Problem permissionMissing for another's, or nobody's */
async function ownerOf({ db, body, principal }: NewTokenCall): Promise<string | null> {
  const own = principal.userId
  if (body.user === undefined && own !== null) return own
  const asked = body.user == null ? null : await findUserByLogin(db.pool, body.user)
  if (asked != null && asked.id === own) return own
  if (!managesUsers(principal))
    throw new Problem('permissionMissing', { more: { permission: 'users.manage' } })
  if (asked === undefined || (asked !== null && asked.disabledAt !== null))
    throw new Problem('fieldInvalid', { path: 'user', detail: 'there is no such user, or they are disabled' })
  return asked?.id ?? null
}

/** What is asked for, or else all that the maker may. */
function wantedOf(who: Principal, body: Body) {
  const role: Role = body.role ?? who.role ?? 'viewer'
  const isWhole = [...permissionsOf(role)].every((one) => who.permissions.has(one))
  const scopes =
    body.scopes ?? (isWhole ? [] : [...permissionsOf(role)].filter((one) => who.permissions.has(one)))
  const storeGroups = body.storeGroups ?? who.storeGroups ?? []
  return { role, scopes, storeGroups, expiresAt: body.expiresAt ?? who.expiresAt }
}

/** Which of its fields is more than the maker may. */
function beyond(who: Principal, wanted: ReturnType<typeof wantedOf>): string | undefined {
  const { role, scopes, storeGroups, expiresAt } = wanted
  const asked = [...permissionsOf(role, scopes)]
  const isHigher = who.role === null || lesserRole(role, who.role) !== role
  if (isHigher || asked.some((one) => !who.permissions.has(one))) return 'role'
  const groups = who.storeGroups
  if (groups !== null && (storeGroups.length === 0 || storeGroups.some((one) => !groups.includes(one))))
    return 'storeGroups'
  const end = who.expiresAt
  return end !== null && (expiresAt === null || expiresAt > end) ? 'expiresAt' : undefined
}

export async function createTokenHandler(call: NewTokenCall): Handled {
  const { db, body, principal, actor } = call
  const userId = await ownerOf(call)
  const wanted = wantedOf(principal, body)
  const path = beyond(principal, wanted)
  if (path !== undefined) throw new Problem('beyondOwn', { path })
  const by = madeBy(principal)
  const made = await makeToken(db, { ...wanted, name: body.name, userId, createdBy: actor, by })
  if (!made.ok) throw NOT_MADE[made.why]()
  return {
    status: 201,
    headers: { Location: `/api/v1/tokens/${made.row.id}` },
    body: { ...tokenView(made.row), token: made.secret },
  }
}

/** One's own; all of them for who manages users. */
export async function listTokensHandler({ db, principal }: Call): Handled {
  if (managesUsers(principal)) return { body: { items: (await listTokens(db)).map(tokenView) } }
  const { userId, tokenId } = principal
  if (userId !== null) return { body: { items: (await listTokens(db, userId)).map(tokenView) } }
  const own = tokenId === null ? null : await findTokenRow(db, tokenId)
  return { body: { items: own === null ? [] : [tokenView(own)] } }
}

export async function revokeTokenHandler({ db, principal, params, actor }: Call<{ id: string }>): Handled {
  const row = await findTokenRow(db, params.id)
  const isOwn =
    row !== null && (row.id === principal.tokenId || (row.userId !== null && row.userId === principal.userId))
  const manages = managesUsers(principal)
  if (row === null || !(isOwn || manages)) throw new Problem('notFound')
  // A token that was narrowed ends itself, and none that may more.
  const rights = [...permissionsOf(isRole(row.role) ? row.role : 'viewer', row.scopes)]
  const isLess = row.id === principal.tokenId || rights.every((one) => principal.permissions.has(one))
  if (!isLess && !manages) throw new Problem('beyondOwn')
  await revokeToken(db, row.id, actor)
  return { status: 204, body: undefined }
}
