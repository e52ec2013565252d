import { z } from 'zod'
import { permissions, roles } from '../permissions.ts'
import { count, id, name, orNull, texts, time } from './pieces.ts'

const role = z.enum(roles)
const permission = z.enum(Object.keys(permissions) as [string, ...string[]])

export const meAnswer = z
  .strictObject({
    actor: name,
    userId: orNull(id),
    by: z.enum(['token', 'session']),
    role: orNull(role),
    permissions: z.array(permission),
    storeGroups: orNull(texts).meta({ description: 'null: the whole chain.' }),
    server: z.strictObject({ version: name }),
    language: z.enum(['ru', 'en']).meta({ description: 'Of this installation, for who has not chosen one.' }),
    twoPersons: z.enum(['asPlanned', 'always']).meta({
      description: '`always`: whatever a plan says of it, somebody else than its maker has to approve it.',
    }),
  })
  .meta({ id: 'Me' })
export const passwordAnswer = z.strictObject({
  tokensRevoked: count.meta({ description: 'Theirs, those that they made, and what was made by those.' }),
})
export const signedInAnswer = z.strictObject({ userId: id, login: name })

export const userAnswer = z
  .strictObject({
    id,
    login: name,
    name,
    role,
    storeGroups: texts,
    revision: count,
    createdBy: name,
    createdAt: time,
    lastSignInAt: orNull(time),
    disabledAt: orNull(time),
    signsInBy: z.enum(['password', 'oidc', 'nothing']),
  })
  .meta({ id: 'User' })
export const usersAnswer = z.strictObject({ items: z.array(userAnswer) })
export const linkAnswer = z.strictObject({
  url: name.optional().meta({ description: 'Told this once: not when the same Idempotency-Key asks again.' }),
  expiresAt: time,
})
export const sessionsAnswer = z.strictObject({
  items: z.array(
    z.strictObject({
      id,
      createdAt: time,
      seenAt: time,
      expiresAt: time,
      address: orNull(name),
      agent: orNull(name),
    }),
  ),
})

const tokenShape = {
  id,
  name,
  role,
  scopes: texts,
  storeGroups: texts,
  createdBy: name,
  createdAt: time,
  expiresAt: orNull(time),
  lastUsedAt: orNull(time),
  revokedAt: orNull(time),
  user: orNull(name),
  parentId: orNull(id).meta({ description: 'The token that made it, and whose end is its own.' }),
}
export const tokensAnswer = z.strictObject({
  items: z.array(z.strictObject(tokenShape).meta({ id: 'Token' })),
})
export const tokenMadeAnswer = z.strictObject({
  ...tokenShape,
  token: name
    .optional()
    .meta({ description: 'Told this once: not when the same Idempotency-Key asks again.' }),
})
