/** Every bound of the SSH layer, in one place. */

export interface SshLimits {
  /** sshd's MaxSessions is 10; two stay free for people. */
  readonly channelsPerConnection: number
  /** Calls that may wait for a channel of one connection. */
  readonly waitingPerConnection: number
  /** An upload holds one channel and needs a second for hashing: fewer than half, or they wait for each other. */
  readonly uploadsPerConnection: number
  /** sshd's MaxStartups begins to drop at 10. */
  readonly handshakesPerServer: number
  /** 50 handshakes at once stalled the event loop for 110 ms. */
  readonly handshakesPerSecond: number
  readonly waitingHandshakes: number
  readonly maxConnections: number
  readonly storeConnectMs: number
  readonly deviceConnectMs: number
  readonly storeIdleMs: number
  readonly deviceIdleMs: number
  readonly keepaliveMs: number
  readonly keepaliveCount: number
  /** How long a host is left alone that refused our key or showed another one. */
  readonly breakerMs: number
  /** Commands given up on stay open at the server; with so many of them a connection is not used again. */
  readonly abandonedPerConnection: number
}

export const defaultLimits: SshLimits = {
  channelsPerConnection: 8,
  waitingPerConnection: 1000,
  uploadsPerConnection: 2,
  handshakesPerServer: 4,
  handshakesPerSecond: 40,
  waitingHandshakes: 4000,
  maxConnections: 4000,
  storeConnectMs: 20_000,
  deviceConnectMs: 15_000,
  storeIdleMs: 300_000,
  deviceIdleMs: 30_000,
  keepaliveMs: 15_000,
  keepaliveCount: 3,
  breakerMs: 60_000,
  abandonedPerConnection: 2,
}

/** 64 KiB of the device contract's answer, and some noise before it. */
export const MAX_OUTPUT_BYTES = 68 * 1024
