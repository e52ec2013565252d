/**
 * Reads an answer as far as it can be read, and writes down what is wrong with its form. So one fault of form fails
 * its own check and not every other, and the checks of form judge every call of the run.
 */
import type { Printed } from '../device/answer.ts'
import {
  type AnswerClass,
  answerEnvelope,
  deviceReasons,
  exitStatus,
  MARK,
  MAX_ANSWER_BYTES,
} from '../device/contract.ts'

export type FormRule = 'marked-line' | 'answer-size' | 'exit-status' | 'reasons' | 'deadline'

export interface FormFault {
  readonly rule: FormRule
  /** The words of the call, shortened. */
  readonly call: string
  readonly came: string
}

export interface Answer {
  readonly class: AnswerClass
  readonly reason: string | null
  readonly data: unknown
}

type Note = (rule: FormRule, came: string) => void

const short = (text: string, length = 160): string =>
  text.length > length ? `${text.slice(0, length)}…` : text
const exitOf = ({ exitStatus: status, signal }: Printed): string =>
  status === null ? `signal ${signal ?? 'unknown'}` : `exit status ${status}`

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function markedLine(printed: Printed, note: Note): string | undefined {
  const lines = printed.stdout.split('\n').filter((line) => line.startsWith(MARK))
  const [line] = lines
  if (line === undefined) {
    const said = [printed.stdout, printed.stderr].map((text) => JSON.stringify(short(text.trim())))
    note('marked-line', `no marked line; ${exitOf(printed)}; stdout ${said[0]}, stderr ${said[1]}`)
    return undefined
  }
  if (lines.length > 1) note('marked-line', `${lines.length} marked lines`)
  const bytes = Buffer.byteLength(line)
  if (printed.truncated || bytes > MAX_ANSWER_BYTES)
    note('answer-size', `a marked line of ${printed.truncated ? 'more than ' : ''}${bytes} bytes`)
  return line.slice(MARK.length)
}

function judge(answer: Answer, printed: Printed, note: Note): void {
  const wanted = exitStatus[answer.class]
  if (printed.exitStatus !== wanted)
    note('exit-status', `class ${answer.class} goes with ${wanted}; came ${exitOf(printed)}`)
  const isKnown = (deviceReasons as readonly (string | null)[]).includes(answer.reason)
  if (answer.class === 'done' ? answer.reason !== null : !isKnown)
    note('reasons', `class ${answer.class} with reason ${JSON.stringify(answer.reason)}`)
}

/** The answer, or undefined when there is none that could be read. */
export function readForm(printed: Printed, note: Note): Answer | undefined {
  const text = markedLine(printed, note)
  if (text === undefined) return undefined
  const envelope = answerEnvelope.safeParse(parse(text))
  if (!envelope.success) {
    note('marked-line', `no object with class, reason and data: ${short(text)}`)
    return undefined
  }
  const answer = { ...envelope.data, data: envelope.data.data ?? null }
  judge(answer, printed, note)
  return answer
}

/** The words of a call as they are shown. */
export const wordsOf = (args: readonly string[]): string => short(args.join(' '), 120)
