import type { ReasonCode } from '../rollout/reasons.ts'

export type FailureParams = Readonly<Record<string, string | number>>

interface FailureOptions {
  readonly sent?: boolean
  readonly params?: FailureParams
  readonly cause?: unknown
}

/** Why a call over SSH failed: a reason code, and whether the far side may have acted. */
export class SshFailure extends Error {
  readonly code: ReasonCode
  /** False only when the remote command certainly was never started. */
  readonly sent: boolean
  readonly params: FailureParams

  constructor(code: ReasonCode, { sent = false, params = {}, cause }: FailureOptions = {}) {
    super([code, ...Object.entries(params).map(([name, value]) => `${name}=${value}`)].join(' '), { cause })
    this.name = 'SshFailure'
    this.code = code
    this.sent = sent
    this.params = params
  }

  withSent(sent: boolean): SshFailure {
    return new SshFailure(this.code, { sent, params: this.params, cause: this.cause ?? this })
  }
}

/** Which end of a route is spoken to. */
export type Hop = 'store' | 'device'

export const offlineCode = (hop: Hop): ReasonCode => (hop === 'store' ? 'storeOffline' : 'tillOffline')

/** What ssh2 adds to its errors. */
interface Ssh2Error extends Error {
  readonly level?: string
  /** A number: the reason of the server's SSH_MSG_DISCONNECT. A string: Node's own code. */
  readonly code?: string | number
}

const asError = (error: unknown): Ssh2Error => (error instanceof Error ? error : new Error(String(error)))

// RFC 4253, 11.1. OpenSSH says "Too many authentication failures" as a protocol error (2).
const DISCONNECT_TOO_MANY = 12
const DISCONNECT_NO_MORE_AUTH = 14

const isSignInRefused = (error: Ssh2Error): boolean =>
  error.level === 'client-authentication' ||
  error.code === DISCONNECT_NO_MORE_AUTH ||
  (typeof error.code === 'number' && /authentication failures/i.test(error.message))

/** MaxStartups, PerSourcePenalties and a starting sshd all close, or reset, before they say a word of SSH. */
const isThrottled = (error: Ssh2Error, greeted: boolean): boolean =>
  error.message === 'Connection lost before handshake' ||
  error.code === DISCONNECT_TOO_MANY ||
  (!greeted && error.level === 'client-socket')

/** What went wrong between the open transport and the finished sign-in. */
export function handshakeFailure(cause: unknown, hop: Hop, greeted: boolean): SshFailure {
  const error = asError(cause)
  if (isThrottled(error, greeted)) return new SshFailure('throttled', { params: { hop }, cause })
  if (isSignInRefused(error)) return new SshFailure('signInRefused', { params: { hop }, cause })
  // Only pinned types are asked for: a server that has none of them has other keys than it had.
  if (error.message.includes('no matching host key format')) {
    return new SshFailure('hostKeyChanged', { params: { hop, problem: 'noPinnedType' }, cause })
  }
  if (error.message.startsWith('Handshake failed: no matching')) {
    return new SshFailure('contractViolation', { params: { hop, problem: 'noCommonAlgorithm' }, cause })
  }
  return new SshFailure(offlineCode(hop), { params: { problem: error.message.slice(0, 200) }, cause })
}

// RFC 4254, 5.1
const OPEN_PROHIBITED = 1
const OPEN_SHORTAGE = 4

/** ssh2's error of a channel that the server would not open carries its reason; others do not. */
export function channelOpenReason(error: unknown): number | string | undefined {
  const reason = error instanceof Error ? (error as { reason?: unknown }).reason : undefined
  return typeof reason === 'number' || typeof reason === 'string' ? reason : undefined
}

/** Why the store server would not connect us to the device. */
export function forwardFailure(cause: unknown): SshFailure {
  const reason = channelOpenReason(cause)
  if (reason === undefined) return new SshFailure('connectionLost', { cause })
  if (reason === OPEN_SHORTAGE) {
    return new SshFailure('throttled', { params: { hop: 'store', problem: 'forwardingShort' }, cause })
  }
  if (reason === OPEN_PROHIBITED) {
    return new SshFailure('signInRefused', {
      params: { hop: 'store', problem: 'forwardingForbidden' },
      cause,
    })
  }
  return new SshFailure('tillOffline', { params: { problem: asError(cause).message.slice(0, 200) }, cause })
}
