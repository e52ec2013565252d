/** An organisation's sign-in server (OpenID Connect): a real one, on a port of its own. Who signs in stands in the address. */
import { randomBytes } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Provider } from 'oidc-provider'

interface Account {
  preferred_username?: string
  name?: string
  email?: string
  groups?: string[]
}

export const SECRET = 'the secret of nightshift, in a file'

export interface Organisation {
  readonly issuer: string
  /** What it knows of its people, by their ids; tests change it. */
  readonly accounts: Record<string, Account>
  close(): Promise<void>
}

/** @param callback where it sends people back to, and nowhere else */
export async function openOrganisation(callback: string): Promise<Organisation> {
  const accounts: Record<string, Account> = {}
  const server: Server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const provider = new Provider(issuer, {
    clients: [
      {
        ...{ client_id: 'nightshift', client_secret: SECRET, redirect_uris: [callback] },
        ...{ grant_types: ['authorization_code'], response_types: ['code'] },
      },
    ],
    cookies: { keys: [randomBytes(16).toString('hex')] },
    claims: { openid: ['sub'], profile: ['name', 'preferred_username', 'groups'], email: ['email'] },
    pkce: { required: () => true },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
    findAccount: (_context, id) => {
      const account = accounts[id]
      return account && { accountId: id, claims: () => ({ sub: id, ...account }) }
    },
    // Everybody agrees to what Nightshift asks for.
    loadExistingGrant: async (context) => {
      const grant = new provider.Grant({
        clientId: context.oidc.client?.clientId ?? '',
        accountId: context.oidc.session?.accountId ?? '',
      })
      grant.addOIDCScope('openid profile email')
      await grant.save()
      return grant
    },
  })
  const serve = provider.callback()
  server.on('request', (request, response) => {
    const url = new URL(request.url ?? '/', issuer)
    const [, uid] = /^\/interaction\/([\w-]+)$/.exec(url.pathname) ?? []
    if (uid === undefined) return void serve(request, response)
    // Its login page: who it is stands in the address.
    const accountId = url.searchParams.get('as') ?? ''
    provider.interactionFinished(request, response, { login: { accountId } }).catch(() => response.destroy())
  })
  return {
    issuer,
    accounts,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
