/** Settings of the sign-in by OpenID Connect: read here, used by src/api/oidc.ts. */
import { z } from 'zod'
import { type Role, roles } from './api/permissions.ts'

export interface OidcRole {
  /** Of the claim. */
  readonly value: string
  readonly role: Role
  /** Groups of stores; none: the whole chain. */
  readonly storeGroups: readonly string[]
}

export interface OidcSettings {
  readonly issuer: string
  readonly clientId: string
  /** Undefined: a public client, by PKCE alone. */
  readonly secretFile: string | undefined
  readonly scopes: string
  readonly claim: string
  readonly roles: readonly OidcRole[]
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/

/** `https`, or `http` on this machine. */
function isSafeIssuer(text: string): boolean {
  const { protocol, hostname } = new URL(text)
  return protocol === 'https:' || (protocol === 'http:' && LOOPBACK.test(hostname))
}

const isRole = (text: string | undefined): text is Role =>
  (roles as readonly (string | undefined)[]).includes(text)

/** `tills-admins=admin,tills-south=operator:south+kuban` */
const mapping = z.string().transform((text, context): readonly OidcRole[] => {
  const parts = text.split(',').map((part) => part.trim())
  return parts.map((part) => {
    const [, value, role, groups] = /^([^=]+)=([a-z]+)(?::(.+))?$/.exec(part) ?? []
    if (value !== undefined && isRole(role))
      return { value: value.trim(), role, storeGroups: groups?.split('+').map((one) => one.trim()) ?? [] }
    context.addIssue({
      code: 'custom',
      message: `"${part}" is not claimvalue=role or claimvalue=role:group+group`,
    })
    return z.NEVER
  })
})

export const oidcFields = {
  NIGHTSHIFT_OIDC_ISSUER: z
    .url({ protocol: /^https?$/ })
    .refine(isSafeIssuer, 'https, or http on this machine only')
    .optional(),
  NIGHTSHIFT_OIDC_CLIENT_ID: z.string().min(1).optional(),
  NIGHTSHIFT_OIDC_CLIENT_SECRET_FILE: z.string().min(1).optional(),
  NIGHTSHIFT_OIDC_SCOPES: z
    .string()
    .regex(/(^| )openid( |$)/, 'scopes with blanks between them, openid among them')
    .default('openid profile email'),
  NIGHTSHIFT_OIDC_CLAIM: z.string().min(1).default('groups'),
  NIGHTSHIFT_OIDC_ROLES: mapping.optional(),
}
type Fields = z.output<z.ZodObject<typeof oidcFields>>

/** What an issuer needs beside itself. */
export function checkOidc(
  given: Fields & { NIGHTSHIFT_PUBLIC_URL?: string | undefined },
  context: z.RefinementCtx,
): void {
  if (given.NIGHTSHIFT_OIDC_ISSUER === undefined) return
  const needed = ['NIGHTSHIFT_OIDC_CLIENT_ID', 'NIGHTSHIFT_OIDC_ROLES', 'NIGHTSHIFT_PUBLIC_URL'] as const
  for (const name of needed)
    if (given[name] === undefined)
      context.addIssue({ code: 'custom', path: [name], message: 'needed with NIGHTSHIFT_OIDC_ISSUER' })
}

/** Undefined: nobody signs in that way. */
export function oidcSettings(given: Fields): OidcSettings | undefined {
  const { NIGHTSHIFT_OIDC_ISSUER: issuer, NIGHTSHIFT_OIDC_CLIENT_ID: clientId } = given
  if (issuer === undefined || clientId === undefined) return undefined
  return {
    ...{ issuer, clientId, secretFile: given.NIGHTSHIFT_OIDC_CLIENT_SECRET_FILE },
    ...{
      scopes: given.NIGHTSHIFT_OIDC_SCOPES,
      claim: given.NIGHTSHIFT_OIDC_CLAIM,
      roles: given.NIGHTSHIFT_OIDC_ROLES ?? [],
    },
  }
}
