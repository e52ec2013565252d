/** The command line: what can be said, and nothing else. Each command's work is in its own file. */
import { Command, CommanderError, InvalidArgumentError } from 'commander'
import { ConfigError, loadConfig } from '../config.ts'
import { EmbeddedFailed, EmbeddedUnavailable, FolderInUse } from '../db/embedded-errors.ts'
import { CommandFailed } from './errors.ts'
import type { ReportArguments } from './report.ts'

const exit = { ok: 0, failed: 1, usage: 64, unavailable: 69, config: 78 } as const

const wholeNumber = (text: string): number => {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1 || value > 100_000)
    throw new InvalidArgumentError('a whole number from 1 to 100000')
  return value
}

function addReport(program: Command): void {
  program
    .command('report')
    .description('print the evening list or the morning report as of now')
    .argument('<kind>', 'evening or morning')
    .option('--format <format>', 'json, csv or html')
    .option('--language <language>', 'ru or en')
    .option('--rollout <id>', 'of which rollout, where there are several')
    .option('--zone <zone>', 'only stores of this time zone')
    .action(async (kind: string, options: ReportArguments) =>
      (await import('./report.ts')).reportCommand(loadConfig(), kind, options, (text) => console.log(text)),
    )
}

function buildProgram(): Command {
  const program = new Command('nightshift')
    .description(
      'Updates store servers and tills at night, over SSH, so that every shop opens in the morning.',
    )
    .exitOverride()
    .showHelpAfterError('(nightshift --help lists the commands)')
    .addHelpText(
      'after',
      `
Settings come from the environment: see .env.example. Without DATABASE_URL an embedded PostgreSQL
holds the data under .nightshift/ and needs no service. With REDIS_URL the queues are in Redis.

Exit status: 0 done, 1 failed, 64 usage, 69 something needed is not there, 78 a setting cannot be used.`,
    )
  program
    .command('serve')
    .description('everything in one process: API, queue board, conductor and a worker')
    .action(async () =>
      (await import('./serve.ts')).serve(loadConfig(), { api: true, conductor: true, worker: true }),
    )
  program
    .command('api')
    .description('the API and the queue board alone')
    .action(async () =>
      (await import('./serve.ts')).serve(loadConfig(), { api: true, conductor: false, worker: false }),
    )
  program
    .command('conductor')
    .description('the conductor alone; of several, one leads')
    .action(async () =>
      (await import('./serve.ts')).serve(loadConfig(), { api: false, conductor: true, worker: false }),
    )
  program
    .command('worker')
    .description('a worker alone; as many as you like, on any machine')
    .action(async () =>
      (await import('./serve.ts')).serve(loadConfig(), { api: false, conductor: false, worker: true }),
    )
  program
    .command('migrate')
    .description('bring the database up to date, and end')
    .action(async () => (await import('./migrate.ts')).migrateCommand(loadConfig()))
  program
    .command('import')
    .description('add or change stores and devices from a JSON file: all of it or nothing')
    .argument('<file>', 'an inventory, as `nightshift sim` writes one')
    .action(async (file: string) => (await import('./import.ts')).importCommand(loadConfig(), file))
  program
    .command('token')
    .description('make a token for the API; it is printed once')
    .argument('<name>', 'whose it is: the actor in every event')
    .action(async (name: string) => (await import('./token.ts')).tokenCommand(loadConfig(), name))
  program
    .command('sim')
    .description('a simulated chain of stores and tills to try things on')
    .option('--stores <n>', 'store servers', wholeNumber, 3)
    .option('--tills <n>', 'tills in all', wholeNumber, 12)
    .option('--dir <folder>', 'where it keeps its state; started again there, it goes on')
    .action(async (options: { stores: number; tills: number; dir?: string }) =>
      (await import('../sim/main.ts')).runSim(options, (line) => console.log(line)),
    )
  program
    .command('demo')
    .description('a night to watch: a simulated chain, a rollout, a failure, a retry from the queue board')
    .option('--once', 'end after the night')
    .option('--json', 'print, last, one JSON object of what happened; everything else goes to standard error')
    .option('--russian', "in the words of the head office's operators")
    .action(async (options: { once?: boolean; json?: boolean; russian?: boolean }) =>
      (await import('./demo.ts')).demo(loadConfig(), {
        once: options.once === true,
        json: options.json === true,
        language: options.russian === true ? 'ru' : 'en',
      }),
    )
  addReport(program)
  return program
}

/** Errors that a person can mend have a name and a way out; others keep their cause for the log. */
function explain(error: unknown): { text: string; status: number } {
  if (error instanceof ConfigError) return { text: error.message, status: exit.config }
  if (error instanceof CommandFailed) return { text: error.message, status: exit.failed }
  const isUnavailable = [FolderInUse, EmbeddedFailed, EmbeddedUnavailable].some(
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
  try {
    await buildProgram().parseAsync([...argv], { from: 'user' })
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
