/** Users, tokens and sign-ins as they are asked for. */
import { z } from 'zod'
import { couldBeLogin, isLogin, normalLogin } from '../db/actors.ts'
import { type Permission, permissions, roles } from './permissions.ts'
import { identifier, text } from './schemas.ts'

const role = z.enum(roles)
const storeGroups = z.array(identifier(64)).max(100)
const scopes = z.array(z.enum(Object.keys(permissions) as [Permission, ...Permission[]])).max(50)

/** Latin letters, digits, . _ @ -; kept without capitals. */
const login = z
  .string()
  .max(64)
  .transform(normalLogin)
  .refine(isLogin, 'up to 64 Latin letters, digits and . _ @ -')
/** Of somebody who is there already. */
const knownLogin = z.string().max(64).transform(normalLogin).refine(couldBeLogin, 'a login')

/** Any text: what is wrong with it is told by passwordWeak. */
const password = z.string().max(4096)

export const newUserBody = z.strictObject({
  login,
  name: text(200),
  role,
  /** None: the whole chain. */
  storeGroups: storeGroups.default([]),
})
export const userChangeBody = z.strictObject({
  name: text(200).optional(),
  role: role.optional(),
  storeGroups: storeGroups.optional(),
  disabled: z.boolean().optional(),
})

const TOKEN_NAME = /^[\p{L}\p{N}][\p{L}\p{N} ._@-]{0,63}$/u
export const newTokenBody = z.strictObject({
  name: z.string().regex(TOKEN_NAME, 'up to 64 letters, digits, spaces and . _ @ -'),
  /** Whose, by login. Left out: one's own. Null: nobody's. */
  user: knownLogin.nullable().optional(),
  /** Left out: one's own. */
  role: role.optional(),
  /** Left out: all of the role, or one's own where they are fewer. */
  scopes: scopes.optional(),
  storeGroups: storeGroups.optional(),
  expiresAt: z.iso
    .datetime({ offset: true })
    .transform((at) => new Date(at))
    .refine((at) => at.getTime() > Date.now(), 'in the future')
    .optional(),
})

export const sessionBody = z.strictObject({ login: z.string().max(200), password })
export const passwordBody = z.strictObject({
  current: password,
  password,
  /** Left out: every token that they have or made ends with the former password. */
  keepTokens: z.boolean().default(false),
})

export const bySession = z.strictObject({ id: z.uuid(), sessionId: z.uuid() })
