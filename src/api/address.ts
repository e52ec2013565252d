/** From where a request came, as far as is known. */
import type { IncomingMessage } from 'node:http'
import { ipKeyGenerator } from 'express-rate-limit'

/**
 * The socket's, or what a proxy of NIGHTSHIFT_TRUST_PROXY said (Express's `ip`). IPv4 as it is, IPv6 as its network,
 * for an office has all of one to itself; empty: the connection is gone.
 */
export function addressOf(request: IncomingMessage & { readonly ip?: string | undefined }): string {
  return ipKeyGenerator(request.ip ?? request.socket.remoteAddress ?? '').slice(0, 64)
}
