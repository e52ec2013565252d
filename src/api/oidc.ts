/** The organisation's own sign-in server (OpenID Connect): authorization code with PKCE, state and nonce. */
import { readFile } from 'node:fs/promises'
import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  type ClientAuth,
  ClientSecretBasic,
  ClientSecretPost,
  type Configuration,
  calculatePKCECodeChallenge,
  discovery,
  fetchUserInfo,
  None,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
} from 'openid-client'
import type { Config } from '../config.ts'
import { isLogin, normalLogin } from '../db/actors.ts'
import type { OidcBegun, OidcPerson } from '../db/oidc.ts'
import type { OidcRole, OidcSettings } from '../oidc-settings.ts'
import { permissionsOf } from './permissions.ts'

const TIMEOUT_SECONDS = 10
/** Keys and addresses of the issuer are asked for anew. */
const FRESH_MS = 3600_000
const CALLBACK = '/sign-in/oidc/callback'

export type OidcFailure = 'oidcAway' | 'oidcRefused' | 'oidcNoRole' | 'oidcNoLogin'

/** Why somebody was not let in; the cause is for the log. */
export class OidcRefused extends Error {
  readonly why: OidcFailure
  /** Who it was, where that is known all the same. */
  readonly who: { readonly issuer: string; readonly subject: string } | undefined

  constructor(why: OidcFailure, cause?: unknown, who?: OidcRefused['who']) {
    super(why, { cause })
    this.why = why
    this.who = who
  }
}

export interface Begun extends Omit<OidcBegun, 'returnTo'> {
  readonly url: URL
  readonly state: string
}

export interface Oidc {
  /** Where the browser goes, and what must be kept until it is back. @throws OidcRefused oidcAway */
  begin(): Promise<Begun>
  /** @param search of the address that the browser came back to @throws OidcRefused */
  end(search: string, kept: Omit<OidcBegun, 'returnTo'> & { readonly state: string }): Promise<OidcPerson>
}

/** As the server says that it takes it; what says nothing takes Basic. */
function secretAuth(secret: string): ClientAuth {
  const [basic, post] = [ClientSecretBasic(secret), ClientSecretPost(secret)]
  return (server, ...rest) => {
    const known = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic']
    return (known.includes('client_secret_basic') ? basic : post)(server, ...rest)
  }
}

async function discover(settings: OidcSettings): Promise<Configuration> {
  const { issuer, clientId, secretFile } = settings
  const secret = secretFile === undefined ? undefined : (await readFile(secretFile, 'utf8')).trim()
  const server = new URL(issuer)
  return discovery(server, clientId, secret, secret === undefined ? None() : secretAuth(secret), {
    timeout: TIMEOUT_SECONDS,
    // Only on this machine: src/oidc-settings.ts refuses any other http issuer.
    ...(server.protocol === 'http:' ? { execute: [allowInsecureRequests] } : {}),
  })
}

/** Kept while it is fresh; one that failed is asked for again by the next who comes. */
function discoverOnce(settings: OidcSettings): () => Promise<Configuration> {
  let kept: { readonly found: Promise<Configuration>; readonly at: number } | undefined
  return async () => {
    const now = performance.now()
    if (kept === undefined || now - kept.at > FRESH_MS) kept = { found: discover(settings), at: now }
    const { found } = kept
    try {
      return await found
    } catch (error) {
      if (kept?.found === found) kept = undefined
      throw new OidcRefused('oidcAway', error)
    }
  }
}

const count = (one: OidcRole): number => permissionsOf(one.role).size

/** Of several that fit, the one that may most; of those, all their groups, or the whole chain. */
export function mappedRole(
  roles: readonly OidcRole[],
  claim: unknown,
): { role: OidcRole['role']; storeGroups: readonly string[] } | undefined {
  const values = (Array.isArray(claim) ? claim : [claim]).filter((one) => typeof one === 'string')
  const fitting = roles.filter((one) => values.includes(one.value))
  const most = Math.max(...fitting.map(count))
  const best = fitting.filter((one) => count(one) === most)
  const [first] = best
  if (first === undefined) return undefined
  const isWhole = best.some((one) => one.storeGroups.length === 0)
  return {
    role: first.role,
    storeGroups: isWhole ? [] : [...new Set(best.flatMap((one) => one.storeGroups))],
  }
}

type Claims = Readonly<Record<string, unknown>> & { readonly iss: string; readonly sub: string }

const textIn = (claims: Claims, name: string): string | undefined => {
  const value = claims[name]
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** @throws OidcRefused oidcNoRole, oidcNoLogin */
function personOf(settings: OidcSettings, claims: Claims): OidcPerson {
  const mapped = mappedRole(settings.roles, claims[settings.claim])
  if (mapped === undefined)
    throw new OidcRefused('oidcNoRole', undefined, { issuer: claims.iss, subject: claims.sub })
  const names = ['preferred_username', 'email'].flatMap((name) => textIn(claims, name) ?? [])
  const login = names.find((name) => isLogin(normalLogin(name))) ?? names[0]
  if (login === undefined) throw new OidcRefused('oidcNoLogin')
  const name = (textIn(claims, 'name') ?? login).replace(/\p{C}/gu, '').slice(0, 200)
  return { issuer: claims.iss, subject: claims.sub, login, name, ...mapped }
}

/** Many servers keep all but the subject for who asks for it. */
async function allClaims(found: Configuration, claims: Claims, accessToken: string): Promise<Claims> {
  if (found.serverMetadata().userinfo_endpoint === undefined) return claims
  const more = await fetchUserInfo(found, accessToken, claims.sub).catch((error: unknown) => {
    throw new OidcRefused('oidcRefused', error)
  })
  return { ...more, ...claims }
}

/** Undefined: no issuer is set. */
export function createOidc({ oidc: settings, publicUrl }: Config): Oidc | undefined {
  if (settings === undefined || publicUrl === undefined) return undefined
  const configuration = discoverOnce(settings)
  const callback = publicUrl + CALLBACK
  return {
    begin: async () => {
      const found = await configuration()
      const [verifier, state, nonce] = [randomPKCECodeVerifier(), randomState(), randomNonce()]
      const url = buildAuthorizationUrl(found, {
        ...{ redirect_uri: callback, scope: settings.scopes, state, nonce },
        code_challenge: await calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
      })
      return { url, state, verifier, nonce }
    },
    end: async (search, { state, verifier, nonce }) => {
      const found = await configuration()
      const answer = await authorizationCodeGrant(found, new URL(callback + search), {
        ...{ expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier, idTokenExpected: true },
      }).catch((error: unknown) => {
        throw new OidcRefused('oidcRefused', error)
      })
      const claims = answer.claims()
      if (claims === undefined) throw new OidcRefused('oidcRefused')
      return personOf(settings, await allClaims(found, claims, answer.access_token))
    },
  }
}
