import type { ReasonCode } from '../rollout/reasons.ts'

/**
 * A call to a device that did not end in `done`.
 * `mayHaveActed` is false only where it is certain that the device changed nothing: it refused, or was never reached.
 */
export class DeviceFailure extends Error {
  readonly reason: ReasonCode
  readonly mayHaveActed: boolean
  readonly detail: string | undefined

  constructor(reason: ReasonCode, options: { mayHaveActed: boolean; detail?: string; cause?: unknown }) {
    super(options.detail === undefined ? reason : `${reason}: ${options.detail}`, { cause: options.cause })
    this.reason = reason
    this.mayHaveActed = options.mayHaveActed
    this.detail = options.detail
  }
}
