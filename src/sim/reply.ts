/** How a simulated device answers. */
import type { AnswerClass, DeviceReason } from '../device/contract.ts'
import type { Call } from './call.ts'
import type { Machine } from './machine.ts'

export interface Reply {
  readonly class: AnswerClass
  readonly reason: DeviceReason | null
  readonly data: Record<string, unknown> | null
  /** Goes to standard error. */
  readonly detail?: string
  /** The operation was begun, and has failed already. */
  readonly failed?: DeviceReason
}

export const done = (data: Record<string, unknown> = {}): Reply => ({ class: 'done', reason: null, data })
export const refused = (reason: DeviceReason): Reply => ({ class: 'refused', reason, data: null })
export const later = (reason: DeviceReason): Reply => ({ class: 'later', reason, data: null })
export const usage = (detail: string): Reply => ({
  class: 'usage',
  reason: 'internalError',
  data: null,
  detail,
})

export type Verb = (machine: Machine, call: Call, input: string) => Promise<Reply>
