import type { ReasonCode } from '../rollout/reasons.ts'

/**
 * A call to a device that did not end in `done`.
 * `mayHaveActed` is false only where it is certain that the device changed nothing: it refused, or was never reached.
 */
export class DeviceFailure extends Error {
  readonly reason: ReasonCode
  readonly mayHaveActed: boolean
  /** The device's own record proves that the attempt changed nothing, whatever was sent before. */
  readonly provesUnchanged: boolean
  readonly detail: string | undefined

  constructor(
    reason: ReasonCode,
    options: { mayHaveActed: boolean; provesUnchanged?: boolean; detail?: string; cause?: unknown },
  ) {
    super(options.detail === undefined ? reason : `${reason}: ${options.detail}`, { cause: options.cause })
    this.reason = reason
    this.mayHaveActed = options.mayHaveActed
    this.provesUnchanged = options.provesUnchanged ?? false
    this.detail = options.detail
  }
}
