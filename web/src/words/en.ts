import { board } from './en/board.ts'
import { common } from './en/common.ts'
import { fiscal } from './en/fiscal.ts'
import { journal } from './en/journal.ts'
import { jump } from './en/jump.ts'
import { messages } from './en/messages.ts'
import { packages } from './en/packages.ts'
import { priceCheckers } from './en/price-checkers.ts'
import { print } from './en/print.ts'
import { problems } from './en/problems.ts'
import { report } from './en/report.ts'
import { rollout } from './en/rollout.ts'
import { rollouts } from './en/rollouts.ts'
import { schedule } from './en/schedule.ts'
import { server } from './en/server.ts'
import { settings } from './en/settings.ts'
import { shell } from './en/shell.ts'
import { terminal } from './en/terminal.ts'
import { tills } from './en/tills.ts'
import { wizard } from './en/wizard.ts'

/** Everything that the page says, by area. */
export const en = {
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
