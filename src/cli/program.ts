/** The whole command line as one tree: what can be said, and nothing else. Each command's work is loaded when it is wanted. */
import { Command } from 'commander'
import { addAccess } from './commands/access.ts'
import { completion } from './commands/completion.ts'
import { addDevice } from './commands/device.ts'
import { addEnroll } from './commands/enroll.ts'
import { addDatabase, addFirstKeys, addProcesses, addTrying } from './commands/local.ts'
import { addPackage } from './commands/package.ts'
import { addRollout } from './commands/rollout.ts'
import { addStore } from './commands/store.ts'
import { addConformance } from './conformance-options.ts'
import { addFleet } from './fleet.ts'

const HELP = `
Commands of a rollout, a device, a package, a token or a user speak to the head office named by --server or
NIGHTSHIFT_SERVER (http://127.0.0.1:7300), with the token in NIGHTSHIFT_TOKEN or --token-file. The others work on this
machine, by its settings (.env.example): without DATABASE_URL an embedded PostgreSQL under .nightshift/ holds the data,
with REDIS_URL the queues are in Redis.

Exit status: 0 done, 1 failed or refused, 64 usage, 65 what was sent is not acceptable, 69 something needed is not there,
75 try again later, 77 not permitted, 78 a setting cannot be used, 130 interrupted.`

/** @param exit gets the status of a command that ended well and still has something to say by it */
export function buildProgram(exit: (status: number) => void): Command {
  const program = new Command('nightshift')
    .description(
      'Updates store servers and tills at night, over SSH, so that every shop opens in the morning.',
    )
    .exitOverride()
    .showHelpAfterError('(nightshift --help lists the commands)')
    .addHelpText('after', HELP)
  program.commandsGroup('The head office:')
  addProcesses(program)
  addDatabase(program, exit)
  program.commandsGroup('The chain:')
  addRollout(program)
  addDevice(program)
  addStore(program)
  addPackage(program)
  addFleet(program)
  addEnroll(program)
  program.commandsGroup('Who may:')
  addAccess(program, addFirstKeys)
  program.commandsGroup('Trying things:')
  addTrying(program)
  addConformance(program, exit)
  program
    .command('completion <shell>')
    .description('words for bash, zsh or fish to complete commands with')
    .action((shell: string) => {
      process.stdout.write(completion(program, shell))
    })
  return program
}
