/** People and their sessions. */
import type { z } from 'zod'
import { inTransaction } from '../../db/database.ts'
import { addEvent } from '../../db/events.ts'
import { passwordLink } from '../../db/links.ts'
import { endSession, listSessions } from '../../db/sessions.ts'
import { changeUser, createUser, endAccess, findUser, listUsers, type UserRow } from '../../db/users.ts'
import type { bySession, newUserBody, userChangeBody } from '../access-schema.ts'
import type { Call, Handled } from '../call.ts'
import { etagOf, readIfMatch, refuseStale } from '../etag.ts'
import { isRole, permissionsOf } from '../permissions.ts'
import { Problem } from '../problem.ts'
import { publicUrl } from '../public-url.ts'

type ById = { id: string }

const tagged = (user: UserRow) => ({ headers: { ETag: etagOf(user) }, body: user })

/** Nobody makes somebody who may more than they, nor a link by which they become them. @throws Problem beyondOwn */
function refuseBeyond({ principal }: Pick<Call, 'principal'>, role: string | undefined): void {
  if (role === undefined || !isRole(role)) return
  if ([...permissionsOf(role)].some((one) => !principal.permissions.has(one)))
    throw new Problem('beyondOwn', { path: 'role' })
}

async function found({ db, params }: Call<ById>): Promise<UserRow> {
  const user = await findUser(db.pool, params.id)
  if (user === undefined) throw new Problem('notFound')
  return user
}

export const listUsersHandler = async ({ db }: Call): Handled => ({
  body: { items: await listUsers(db.pool) },
})

export const getUserHandler = async (call: Call<ById>): Handled => tagged(await found(call))

export async function createUserHandler(call: Call<unknown, unknown, z.output<typeof newUserBody>>): Handled {
  const { db, body, actor } = call
  refuseBeyond(call, body.role)
  const made = await createUser(db, { ...body, createdBy: actor })
  if (!made.ok) throw new Problem('loginTaken', { path: 'login' })
  return {
    status: 201,
    ...tagged(made.user),
    headers: { ...tagged(made.user).headers, Location: `/api/v1/users/${made.user.id}` },
  }
}

export async function changeUserHandler(call: Call<ById, unknown, z.output<typeof userChangeBody>>): Handled {
  const { db, params, body, actor, request } = call
  const wanted = readIfMatch(request)
  const before = await found(call)
  refuseBeyond(call, body.role)
  refuseStale(wanted, before)
  const seen = wanted === null ? {} : { revision: before.revision }
  const done = await changeUser(db, { id: params.id, change: body, actor, ...seen })
  if (done.ok) return tagged(done.user)
  if (done.why === 'revisionDiffers')
    throw new Problem('preconditionFailed', { more: { revision: done.revision } })
  throw new Problem(done.why)
}

export async function linkHandler(call: Call<ById>): Handled {
  const { db, params, actor } = call
  refuseBeyond(call, (await found(call)).role)
  const link = await passwordLink(db, params.id, actor)
  if (link === undefined) throw new Problem('noPassword')
  return {
    status: 201,
    body: { url: `${publicUrl(call)}/password/${link.secret}`, expiresAt: link.expiresAt },
  }
}

export async function listSessionsHandler(call: Call<ById>): Handled {
  const { id } = await found(call)
  return { body: { items: await listSessions(call.db.pool, id) } }
}

export async function endSessionsHandler(call: Call<ById>): Handled {
  const { id, login } = await found(call)
  await inTransaction(call.db, async (client) => {
    const count = await endAccess(client, id)
    await addEvent(client, { code: 'sessionsEnded', actor: call.actor, params: { login, count } })
  })
  return { status: 204, body: undefined }
}

export async function endSessionHandler(call: Call<z.output<typeof bySession>>): Handled {
  const { id, login } = await found(call)
  await inTransaction(call.db, async (client) => {
    if (!(await endSession(client, call.params.sessionId, id))) throw new Problem('notFound')
    await addEvent(client, { code: 'sessionsEnded', actor: call.actor, params: { login, count: 1 } })
  })
  return { status: 204, body: undefined }
}
