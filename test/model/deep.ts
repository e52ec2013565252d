/**
 * The model further than a test run can go: `npx tsx test/model/deep.ts [FAULTS] [REQUESTS]`, minutes and gigabytes.
 * Prints each scenario's size, and the shortest way to the first broken promise; exit status 1 then.
 */
import { coreOfToday } from './core.ts'
import { explore } from './explore.ts'
import { fates, scenario } from './scenarios.ts'

Error.stackTraceLimit = 0
const LIMIT = 1_500_000
const [faults = 2, requests = 1] = process.argv.slice(2).map(Number)

const scenarios = [
  ...fates.map((fate) => scenario(`one ${fate}, from ready`, [[fate]], 'ready', faults, requests)),
  ...fates.map((fate) => scenario(`one ${fate}, from waiting`, [[fate]], 'waiting', faults, 0)),
  ...fates.map((fate) => scenario(`good and ${fate}, from ready`, [['good', fate]], 'ready', faults, 0)),
]
for (const { name, starts } of scenarios) {
  const { states, moves, isComplete, violation } = explore(coreOfToday, starts, LIMIT)
  console.log(`${name}: ${states} states, ${moves} moves${isComplete ? '' : ', cut off'}`)
  if (violation === undefined) continue
  console.log([violation.what, ...violation.trace].join('\n  '))
  process.exitCode = 1
}
