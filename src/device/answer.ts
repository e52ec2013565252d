/** Reads the marked line of docs/nightctl.md out of what a command printed. Pure. */
import type { z } from 'zod'
import { answerEnvelope, deviceReasons, exitStatus, MARK, MAX_ANSWER_BYTES } from './contract.ts'
import { DeviceFailure } from './failure.ts'

export interface Printed {
  readonly exitStatus: number | null
  readonly signal: string | null
  readonly stdout: string
  readonly stderr: string
  readonly truncated: boolean
}

const violation = (detail: string, cause?: unknown) =>
  new DeviceFailure('contractViolation', { mayHaveActed: true, detail, cause })

/** 126 not executable, 127 not found: the shell's words for "there is no nightctl". */
const isMissing = (status: number | null): boolean => status === 126 || status === 127

function markedLine(printed: Printed): string {
  const lines = printed.stdout.split('\n').filter((line) => line.startsWith(MARK))
  const line = lines[0]
  if (line === undefined) {
    if (isMissing(printed.exitStatus)) {
      throw new DeviceFailure('agentMissing', { mayHaveActed: false, detail: printed.stderr.slice(0, 200) })
    }
    throw violation(`no marked line; exit status ${printed.exitStatus ?? printed.signal ?? 'unknown'}`)
  }
  if (lines.length > 1) throw violation(`${lines.length} marked lines`)
  if (printed.truncated || line.length > MAX_ANSWER_BYTES) throw violation('the answer is too long')
  return line.slice(MARK.length)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw violation('the marked line is no JSON', cause)
  }
}

const isDeviceReason = (code: string | null): code is (typeof deviceReasons)[number] =>
  (deviceReasons as readonly (string | null)[]).includes(code)

/**
 * The data of a `done` answer, checked against the verb's schema.
 * @throws DeviceFailure with the device's own reason, agentMissing, or contractViolation
 */
export function readAnswer<T>(printed: Printed, schema: z.ZodType<T>): T {
  const envelope = answerEnvelope.safeParse(parseJson(markedLine(printed)))
  if (!envelope.success) throw violation('the marked line is no answer', envelope.error)
  const answer = envelope.data
  if (printed.exitStatus !== exitStatus[answer.class]) {
    throw violation(
      `class ${answer.class} with exit status ${printed.exitStatus ?? printed.signal ?? 'unknown'}`,
    )
  }
  if (answer.class === 'usage')
    throw new DeviceFailure('contractViolation', { mayHaveActed: false, detail: 'usage' })
  if (answer.class !== 'done') {
    if (!isDeviceReason(answer.reason))
      throw violation(`unknown reason ${String(answer.reason).slice(0, 80)}`)
    throw new DeviceFailure(answer.reason, { mayHaveActed: false, detail: 'the device refused' })
  }
  const data = schema.safeParse(answer.data ?? {})
  if (!data.success)
    throw violation(
      data.error.issues
        .map((issue) => `${issue.path.join('.')}: ${issue.message}`)
        .join('; ')
        .slice(0, 500),
    )
  return data.data
}
