/** One call of nightctl over SSH: words in, checked data or a DeviceFailure out. */
import type { z } from 'zod'
import { SshFailure } from '../ssh/failure.ts'
import type { SshPool } from '../ssh/pool.ts'
import type { Route } from '../ssh/types.ts'
import { readAnswer } from './answer.ts'
import type { Call } from './commands.ts'
import { MAX_ANSWER_BYTES } from './contract.ts'
import { DeviceFailure } from './failure.ts'

/** Noise may stand before the marked line. */
const MAX_OUTPUT_BYTES = 4 * MAX_ANSWER_BYTES
export const CALL_MS = 60_000

/** @throws DeviceFailure, or the signal's reason */
export async function callDevice<T>(
  ssh: SshPool,
  target: { readonly route: Route; readonly agent: string },
  call: Call,
  schema: z.ZodType<T>,
  options: { deadlineMs: number; signal: AbortSignal },
): Promise<T> {
  try {
    const printed = await ssh.exec(target.route, [target.agent, ...call.args], {
      ...options,
      maxOutputBytes: MAX_OUTPUT_BYTES,
      ...(call.input === undefined ? {} : { input: call.input }),
    })
    return readAnswer(printed, schema)
  } catch (error) {
    if (error instanceof SshFailure) {
      throw new DeviceFailure(error.code, { mayHaveActed: error.sent, detail: error.message, cause: error })
    }
    throw error
  }
}
