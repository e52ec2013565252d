import type { Duplex } from 'node:stream'
import type { ClientChannel } from 'ssh2'
import type { Call } from './call.ts'
import { forwardFailure } from './failure.ts'
import type { Session } from './session.ts'
import type { Endpoint } from './types.ts'

/**
 * A TCP connection from the store server to the device (direct-tcpip), which does not count against MaxSessions.
 * Throws `tillOffline` when the store server cannot reach it, `signInRefused` when our account may not.
 */
export async function openHop(
  store: Session,
  device: Pick<Endpoint, 'host' | 'port'>,
  call: Call,
): Promise<Duplex> {
  const opening = store.ask<ClientChannel>(
    call,
    (done) => void store.client.forwardOut('127.0.0.1', 0, device.host, device.port, done),
    (late) => late.destroy(),
  )
  try {
    return await opening
  } catch (error) {
    // The end of the store's connection or of the call is no statement about the device.
    if (store.ended.over || call.ending.over) throw error
    throw forwardFailure(error)
  }
}
