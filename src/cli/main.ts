/** The command line: runs what was typed, and says by its exit status how that ended. */
import { CommanderError } from 'commander'
import { ConfigError } from '../config.ts'
import { EmbeddedFailed, EmbeddedUnavailable, FolderInUse } from '../db/embedded-errors.ts'
import { ToolMissing } from '../signing/ssh-keygen.ts'
import { CommandFailed, UsageFailed } from './errors.ts'
import { buildProgram } from './program.ts'
import { RemoteProblem } from './remote/client.ts'

/** As in sysexits.h. */
const exit = {
  ok: 0,
  failed: 1,
  usage: 64,
  data: 65,
  unavailable: 69,
  later: 75,
  permission: 77,
  config: 78,
} as const

function statusOf({ problem: { status } }: RemoteProblem): number {
  switch (status) {
    case 0:
      return exit.unavailable
    case 400:
    case 413:
    case 415:
    case 422:
      return exit.data
    case 401:
    case 403:
      return exit.permission
    case 429:
    case 503:
      return exit.later
    default:
      return exit.failed
  }
}

/** What is wrong and where, a line for each. */
function problemText({ problem }: RemoteProblem): string {
  const { code, title, detail, path, errors = [], requestId } = problem
  const where = path === undefined ? '' : ` at ${path}`
  const more =
    errors.length > 1
      ? errors.map((one) => `\n  ${one.path}: ${one.code} ${one.detail ?? one.value ?? ''}`)
      : []
  const request = requestId === undefined || problem.status < 500 ? '' : ` (request ${requestId})`
  return `${code}${where}: ${detail ?? title}${request}${more.join('')}`
}

/** Errors that a person can mend have a name and a way out; others keep their cause for the log. */
function explain(error: unknown): { text: string; status: number } {
  if (error instanceof ConfigError) return { text: error.message, status: exit.config }
  if (error instanceof UsageFailed) return { text: error.message, status: exit.usage }
  if (error instanceof CommandFailed) return { text: error.message, status: exit.failed }
  if (error instanceof RemoteProblem) return { text: problemText(error), status: statusOf(error) }
  const isUnavailable = [FolderInUse, EmbeddedFailed, EmbeddedUnavailable, ToolMissing].some(
    (kind) => error instanceof kind,
  )
  if (error instanceof Error && isUnavailable) return { text: error.message, status: exit.unavailable }
  return {
    text: error instanceof Error ? (error.stack ?? error.message) : String(error),
    status: exit.failed,
  }
}

/** Sets `process.exitCode`; what was started has been stopped when it resolves. */
export async function main(argv: readonly string[]): Promise<void> {
  const program = buildProgram((status) => {
    process.exitCode = status
  })
  try {
    await program.parseAsync([...argv], { from: 'user' })
  } catch (error) {
    // Its words are printed already.
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? exit.ok : exit.usage
      return
    }
    const { text, status } = explain(error)
    console.error(`nightshift: ${text}`)
    process.exitCode = status
  }
}
