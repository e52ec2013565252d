/** How a check speaks to a device: over SSH, or to a program on this machine. */
import type { Printed } from '../device/answer.ts'

export interface ChannelOptions {
  readonly input?: string
  readonly deadlineMs: number
}

export interface Channel {
  /** For people: where the device is. */
  readonly title: string
  /**
   * Runs nightctl with these words.
   * @throws NoAnswer, Unreachable
   */
  call(args: readonly string[], options: ChannelOptions): Promise<Printed>
  /** Begins the call and cuts the connection before its answer can be read. Never throws. */
  cut(args: readonly string[], options: ChannelOptions): Promise<void>
  /** Ends the connection; the next call makes a new one. */
  renew(): Promise<void>
  close(): Promise<void>
}

/** The call was made, and nothing came back. */
export class NoAnswer extends Error {
  readonly kind: 'deadline' | 'lost'

  constructor(kind: 'deadline' | 'lost', message: string) {
    super(message)
    this.kind = kind
  }
}

/** Kept of each output: far more than an answer may have, so that one that is too long is still read. */
export const KEPT_BYTES = 1024 * 1024
