/** Signing in and out, and one's own password. */
import type { z } from 'zod'
import { inTransaction } from '../../db/database.ts'
import { setPassword } from '../../db/links.ts'
import { endSession } from '../../db/sessions.ts'
import type { passwordBody, sessionBody } from '../access-schema.ts'
import type { Call, Handled } from '../call.ts'
import { clearCookie } from '../cookie.ts'
import { Problem } from '../problem.ts'
import { checkSignIn, hashGood, openSession } from '../sign-in.ts'

export async function signInHandler(call: Call<unknown, unknown, z.output<typeof sessionBody>>): Handled {
  const user = await checkSignIn(call, call.body)
  await openSession(call, user, 'password')
  return { status: 201, body: { userId: user.id, login: user.login } }
}

export async function signOutHandler({ db, config, principal, response }: Call): Handled {
  if (principal.sessionId === null) throw new Problem('sessionNeeded')
  await endSession(db.pool, principal.sessionId)
  clearCookie(response, config)
  return { status: 204, body: undefined }
}

/** Ends every session of theirs but the one that begins here, and their tokens unless they are to stay. */
export async function changePasswordHandler(
  call: Call<unknown, unknown, z.output<typeof passwordBody>>,
): Handled {
  const { db, principal, body, actor } = call
  if (principal.sessionId === null) throw new Problem('sessionNeeded')
  const user = await checkSignIn(call, { login: actor, password: body.current })
  const hash = await hashGood(body.password, user.login)
  const { keepTokens } = body
  const how = { keepTokens, former: user.passwordHash }
  const tokensRevoked = await inTransaction(db, (client) => setPassword(client, user, hash, how))
  // Somebody was faster: what was checked is good no more.
  if (tokensRevoked === undefined) throw new Problem('signInRefused')
  await openSession(call, { ...user, passwordHash: hash }, 'password')
  return { body: { tokensRevoked } }
}
