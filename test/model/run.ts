import { coreOfToday } from './core.ts'
import { explore, storyOf } from './explore.ts'
import { everyRun } from './scenarios.ts'
Error.stackTraceLimit = 0
const only = process.argv[2]
const limit = Number(process.argv[3] ?? 400000)
for (const one of everyRun) {
  if (only !== undefined && !one.name.includes(only)) continue
  const at = process.cpuUsage()
  const { states, moves, isComplete, violation } = explore(coreOfToday, one, limit)
  console.log(`${one.name}: ${states} states, ${moves} moves, ${Math.round(process.cpuUsage(at).user / 1000)} ms cpu ${isComplete ? '' : 'CUT'}`)
  if (violation) console.log(storyOf(violation))
}
