import { board } from './ru/board.ts'
import { common } from './ru/common.ts'
import { fiscal } from './ru/fiscal.ts'
import { journal } from './ru/journal.ts'
import { jump } from './ru/jump.ts'
import { messages } from './ru/messages.ts'
import { packages } from './ru/packages.ts'
import { priceCheckers } from './ru/price-checkers.ts'
import { print } from './ru/print.ts'
import { problems } from './ru/problems.ts'
import { report } from './ru/report.ts'
import { rollout } from './ru/rollout.ts'
import { rollouts } from './ru/rollouts.ts'
import { schedule } from './ru/schedule.ts'
import { server } from './ru/server.ts'
import { settings } from './ru/settings.ts'
import { shell } from './ru/shell.ts'
import { terminal } from './ru/terminal.ts'
import { tills } from './ru/tills.ts'
import { wizard } from './ru/wizard.ts'

/** Everything that the page says, by area. */
export const ru = {
  common,
  shell,
  problems,
  tills,
  terminal,
  server,
  journal,
  priceCheckers,
  messages,
  fiscal,
  board,
  rollouts,
  wizard,
  rollout,
  packages,
  schedule,
  report,
  settings,
  jump,
  print,
} as const
