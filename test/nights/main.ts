/** `npm run night`: a thousand simulated nights over the real core. */
import { parseArgs } from 'node:util'
import { type Result, simulate } from './simulate.ts'

const HELP = `npm run night -- [options]
  --nights N   how many nights (1000)
  --stores N   how many stores, ten devices in each (200)
  --seed N     another chain and other accidents (1)
  --from DATE  the first night, YYYY-MM-DD (2026-01-12)
  --json       one line of JSON
  --help`

const { values } = parseArgs({
  options: {
    nights: { type: 'string', default: '1000' },
    stores: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
    from: { type: 'string', default: '2026-01-12' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

function readNumber(name: 'nights' | 'stores' | 'seed'): number {
  const value = Number(values[name])
  if (Number.isSafeInteger(value) && value > 0) return value
  throw new RangeError(`--${name} ${values[name]}: not a whole number above 0`)
}

function summary({ stories: _, ends, ...result }: Result, seconds: number): string {
  const line = ([name, value]: [string, number]): string => `${name.padEnd(32)} ${value}`
  return [...Object.entries({ ...result, seconds }).map(line), ...Object.entries(ends).map(line)].join('\n')
}

function progress(done: number, of: number, now: number): void {
  if (process.stderr.isTTY)
    process.stderr.write(`\r${done} of ${of} nights, ${new Date(now).toISOString().slice(0, 10)} `)
}

async function main(): Promise<void> {
  if (values.help) return console.log(HELP)
  const [nights, stores, seed] = [readNumber('nights'), readNumber('stores'), readNumber('seed')]
  const { from } = values
  if (Number.isNaN(Date.parse(from))) throw new RangeError(`--from ${from}: not a date`)
  const began = performance.now()
  const result = await simulate({
    nights,
    stores,
    seed,
    from,
    onNight: (done, now) => progress(done, nights, now),
  })
  const seconds = Math.round((performance.now() - began) / 100) / 10
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K')
  const { stories, ...numbers } = result
  console.log(values.json ? JSON.stringify({ ...numbers, seconds }) : summary(result, seconds))
  for (const story of stories) console.error(`\n${story}`)
  if (result.violations > 0 || result.storesNotOpen > 0) process.exitCode = 1
}

main().catch((error: unknown) => {
  console.error(error instanceof RangeError ? error.message : error)
  process.exitCode = 2
})
