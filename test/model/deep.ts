/**
 * The model further than a test run can go: `npx tsx test/model/deep.ts [FAULTS] [REQUESTS]`, minutes and gigabytes.
 * Prints each scenario's size, and the shortest way to the first broken promise; exit status 1 then.
 */
import { coreOfToday } from './core.ts'
import { explore, storyOf } from './explore.ts'
import { fates, scenario } from './scenarios.ts'
import { twoWaves } from './setting.ts'

Error.stackTraceLimit = 0
const LIMIT = 1_500_000
const [faults = 2, requests = 1] = process.argv.slice(2).map(Number)

const clock = { hasClock: true } as const
const trading = { trading: 'trading', maxInstalls: 2, endsAtLast: true } as const
const twoLeaders = { lockIsConnection: false, cutsClaims: true } as const
const backFates = ['good', 'noWayBack', 'revertsBad', 'noFormer'] as const

const scenarios = [
  ...fates.flatMap((fate) => [
    scenario(`one ${fate}, from ready`, { of: [[fate]], faults, requests }),
    scenario(`one ${fate}, from waiting`, { of: [[fate]], from: 'waiting', faults }),
    scenario(`one ${fate} in a window`, { night: clock, of: [[fate]], faults }),
    scenario(`good and ${fate}`, { of: [['good', fate]], faults }),
    scenario(`${fate} and good in two waves`, { night: twoWaves, of: [[fate, 'good']], faults: 1, requests }),
    scenario(`good and ${fate} in two lanes`, { night: trading, of: [['good', fate]], faults }),
    scenario(`one ${fate}, two conductors`, { night: twoLeaders, of: [[fate]], faults, requests }),
  ]),
  ...backFates.map((fate) =>
    scenario(`a way back, ${fate}`, {
      night: { ...clock, kind: 'rollback' },
      of: [[fate]],
      faults,
      requests,
    }),
  ),
]
for (const one of scenarios) {
  const { states, moves, isComplete, violation } = explore(coreOfToday, one, LIMIT)
  console.log(`${one.name}: ${states} states, ${moves} moves${isComplete ? '' : ', cut off'}`)
  if (violation === undefined) continue
  console.log(storyOf(violation))
  process.exitCode = 1
}
