/** What runs on the head office's own machine: its processes, its database, its first keys. No token is asked for. */
import { type Command, InvalidArgumentError } from 'commander'
import { loadConfig } from '../../config.ts'
import type { ReportArguments } from '../report.ts'
import type { Parts } from '../serve.ts'

const print = (line: string): void => console.log(line)

const wholeNumber = (text: string): number => {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1 || value > 100_000)
    throw new InvalidArgumentError('a whole number from 1 to 100000')
  return value
}

const process_ = (parts: Parts) => async () => (await import('../serve.ts')).serve(loadConfig(), parts)

export function addProcesses(program: Command): void {
  program
    .command('serve')
    .description('everything in one process: API, queue board, conductor and a worker')
    .action(process_({ api: true, conductor: true, worker: true }))
  program
    .command('api')
    .description('the API and the queue board alone')
    .action(process_({ api: true, conductor: false, worker: false }))
  program
    .command('conductor')
    .description('the conductor alone; of several, one leads')
    .action(process_({ api: false, conductor: true, worker: false }))
  program
    .command('worker')
    .description('a worker alone; as many as you like, on any machine')
    .action(process_({ api: false, conductor: false, worker: true }))
}

export function addDatabase(program: Command, exit: (status: number) => void): void {
  program
    .command('migrate')
    .description('bring the database up to date, and end')
    .action(async () => (await import('../migrate.ts')).migrateCommand(loadConfig()))
  program
    .command('doctor')
    .description('look at everything that a new installation gets wrong; changes nothing')
    .option('--json', 'print one JSON document')
    .addHelpText('after', '\nExit status: 0 nothing has to be mended, 1 something has.')
    .action(async ({ json }: { json?: boolean }) => {
      const isWell = await (await import('../doctor.ts')).doctorCommand(undefined, json === true, print)
      exit(isWell ? 0 : 1)
    })
  program
    .command('backup <file>')
    .description('the whole database as of one moment, while everything runs')
    .action(async (file: string) => (await import('../backup.ts')).backupCommand(loadConfig(), file, print))
  program
    .command('restore <file>')
    .description('fill an empty database from a backup; what was running is paused')
    .action(async (file: string) => (await import('../backup.ts')).restoreCommand(loadConfig(), file, print))
  program
    .command('after-restore')
    .description(
      'after the database was put back by other means (pg_restore, a snapshot): make tills obey again',
    )
    .action(async () => (await import('../backup.ts')).afterRestoreCommand(loadConfig(), print))
  program
    .command('report')
    .description('print the evening list or the morning report as of now')
    .argument('<kind>', 'evening or morning')
    .option('--format <format>', 'json, csv or html')
    .option('--language <language>', 'ru or en')
    .option('--rollout <id>', 'of which rollout, where there are several')
    .option('--zone <zone>', 'only stores of this time zone')
    .action(async (kind: string, options: ReportArguments) =>
      (await import('../report.ts')).reportCommand(loadConfig(), kind, options, print),
    )
}

export function addTrying(program: Command): void {
  program
    .command('sim')
    .description('a simulated chain of stores and tills to try things on')
    .option('--stores <n>', 'store servers', wholeNumber, 3)
    .option('--tills <n>', 'tills in all', wholeNumber, 12)
    .option('--dir <folder>', 'where it keeps its state; started again there, it goes on')
    .action(async (options: { stores: number; tills: number; dir?: string }) =>
      (await import('../../sim/main.ts')).runSim(options, print),
    )
  program
    .command('demo')
    .description('a night to watch: a simulated chain, a rollout, a failure, a retry from the queue board')
    .option('--once', 'end after the night')
    .option('--json', 'print, last, one JSON object of what happened; everything else goes to standard error')
    .option('--russian', "in the words of the head office's operators")
    .action(async (options: { once?: boolean; json?: boolean; russian?: boolean }) =>
      (await import('../demo.ts')).demo(loadConfig(), {
        once: options.once === true,
        json: options.json === true,
        language: options.russian === true ? 'ru' : 'en',
      }),
    )
}

/** The first keys, before there is anybody who could sign in. */
export function addFirstKeys(token: Command, user: Command): void {
  token
    .command('local <name>')
    .description(
      "make one on the head office's own machine, for a program that may do everything; it is nobody's",
    )
    .action(async (name: string) => (await import('../token.ts')).tokenCommand(loadConfig(), name))
  user
    .command('first-link')
    .description("a new link for the first administrator; on the head office's own machine")
    .action(async () => (await import('../first-link.ts')).firstLinkCommand(loadConfig(), print))
}
