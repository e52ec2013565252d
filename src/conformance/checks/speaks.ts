/** What it says of itself, and how it takes a call that breaks the contract. */
import { type Call, describe, downloadStart, status } from '../../device/commands.ts'
import { describeData, statusData } from '../../device/contract.ts'
import { type Bench, came, problems } from '../bench.ts'
import { type Check, expect, fail } from '../check.ts'
import { blockCall } from '../words.ts'

const describeCheck: Check = {
  id: 'describe',
  title: 'says what it is',
  section: 'Verbs',
  says: '`{contract: 1, agent: "name version", kinds: [device kinds], capabilities:',
  mend: 'answer describe with exactly these fields; a capability is true or false, and false when in doubt',
  run: async ({ ask }) => {
    const answer = await ask(describe())
    if (answer.class !== 'done') fail(came(describe(), answer))
    const data = describeData.safeParse(answer.data)
    if (!data.success) return fail(problems(data.error))
    const can = Object.entries(data.data.capabilities).filter(([, value]) => value === true)
    return `${data.data.agent}, ${data.data.kinds.join(', ')}; can: ${can.map(([name]) => name).join(', ') || 'nothing'}`
  },
}

const statusCheck: Check = {
  id: 'status',
  title: 'says how it stands, in the shape of the contract',
  section: 'status',
  says: 'Times are ISO 8601 with zone; sums are integers in the smallest unit (kopecks).',
  mend: 'every field is there, of its type or null; sums without a point, times like 2026-01-31T02:10:00+03:00',
  run: async ({ ask }) => {
    const answer = await ask(status())
    if (answer.class !== 'done') fail(came(status(), answer))
    const data = statusData.safeParse(answer.data)
    if (!data.success) return fail(problems(data.error))
    expect(data.data.cashId !== null, 'cashId is null: no command can be meant for it')
    expect(data.data.bootId !== null, 'bootId is null: a restart cannot be told from an outage')
    const bad = timesOf(data.data).filter(([, value]) => !isTime(value))
    expect(bad.length === 0, () => `not ISO 8601 with zone: ${bad.map((pair) => pair.join(' ')).join(', ')}`)
    const { cashId, version, activity, generation } = data.data
    return `${cashId} on ${version ?? 'an unknown version'}, ${activity}, generation ${generation}`
  },
}

const TIME_NAMES = new Set(['openedAt', 'at', 'until', 'clock', 'firstAt'])
/** A date alone is enough where only a day is meant. */
const isTime = (value: string): boolean =>
  /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/.test(value) &&
  !Number.isNaN(Date.parse(value))

/** Every time in it, with the path that leads there. */
function timesOf(value: unknown, path = ''): [string, string][] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, inner]): [string, string][] => {
    const here = path === '' ? name : `${path}.${name}`
    return typeof inner === 'string' && TIME_NAMES.has(name) ? [[here, inner]] : timesOf(inner, here)
  })
}

const PLACEHOLDER =
  /^(|-+|\?+|n\/?a|none|null|nil|unknown|undefined|todo|capture:.*|0{8,}|1970-01-01.*|0001-01-01.*|0000-.*)$/i

/** Texts that stand for not knowing. The words of the contract itself, as `activity: unknown`, are no such. */
function madeUp(value: unknown, path = ''): string[] {
  if (typeof value === 'string')
    return PLACEHOLDER.test(value.trim()) ? [`${path} is ${JSON.stringify(value)}`] : []
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, inner]) =>
    ['activity', 'kind', 'state', 'staged', 'download'].includes(name)
      ? []
      : madeUp(inner, path === '' ? name : `${path}.${name}`),
  )
}

const unknownNull: Check = {
  id: 'unknown-null',
  title: 'what it does not know is null',
  section: 'status',
  says: 'Unknown is `null`, never a made-up default.',
  mend: 'leave null what you could not read: 0, an empty text or the year 1970 is taken for the truth',
  run: async (bench) => {
    const now = await bench.status()
    const found = madeUp(now)
    expect(found.length === 0, () => found.join('; '))
    const nulls = Object.values(now).filter((value) => value === null).length
    return `${Object.keys(now).length - nulls} fields known, ${nulls} null`
  },
}

const bootId: Check = {
  id: 'boot-id',
  title: 'the boot id stays while it is not booted',
  section: 'status',
  says: 'text that changes with every boot',
  mend: 'on Linux: /proc/sys/kernel/random/boot_id',
  needs: ['status'],
  run: async (bench) => {
    const first = (await bench.status()).bootId
    await bench.channel.renew()
    const second = (await bench.status()).bootId
    expect(first === second, `${first}, then in another session ${second}`)
    return 'the same in two sessions'
  },
}

const words = (...args: string[]): Call => ({ args })

/** Breaks each rule of calling, around a claim and a package that would do. */
function brokenCalls(bench: Bench): Call[] {
  const claim = bench.claim()
  const good = blockCall(claim, true).args
  const p = { version: 1, size: 10, sha256: 'a'.repeat(64) }
  const start = downloadStart(claim, 'http://127.0.0.1:9/x', p).args
  const changed = (from: readonly string[], flag: string, value: string): Call => {
    const at = from.indexOf(flag)
    return { args: from.map((word, place) => (place === at + 1 ? value : word)) }
  }
  return [
    words(),
    words('frobnicate'),
    words('download', 'frobnicate'),
    words('operation'),
    words('operation', 'a/../b'),
    words('download', 'status'),
    { args: good.slice(0, -2) },
    { args: good.slice(0, -1) },
    changed(good, '--on', 'perhaps'),
    changed(good, '--generation', '-1'),
    changed(good, '--generation', 'x'),
    changed(good, '--operation', 'a b'),
    changed(good, '--operation', 'x'.repeat(81)),
    changed(start, '--version', '96000'),
    changed(start, '--size', '0'),
    changed(start, '--sha256', 'A'.repeat(64)),
    changed(start, '--source', 'ftp://127.0.0.1/x'),
    changed(start, '--source', 'file:///etc/passwd'),
  ]
}

const usageCheck: Check = {
  id: 'usage',
  title: 'a call that breaks the contract is usage, and changes nothing',
  section: 'Calling',
  says: 'the call breaks the contract (unknown verb, missing flag, bad value)',
  mend: 'look at every word before anything is done: unknown verb or flag, missing flag or value, bad value → usage, 64',
  needs: ['status'],
  run: async (bench) => {
    const calls = brokenCalls(bench)
    const wrong: string[] = []
    for (const call of calls) {
      const answer = await bench.ask(call)
      if (answer.class !== 'usage') wrong.push(came(call, answer))
    }
    const now = await bench.status()
    // Only what such a call could have changed: a till lives on meanwhile.
    const isKept = now.generation === bench.found.generation && now.blocked === bench.found.blocked
    if (!isKept) wrong.push(`then generation ${now.generation}, blocked ${now.blocked}`)
    expect(
      wrong.length === 0,
      () => wrong.slice(0, 4).join('\n') + (wrong.length > 4 ? `\nand ${wrong.length - 4} more` : ''),
    )
    return `${calls.length} calls, each answered usage`
  },
}

const operationUnknown: Check = {
  id: 'operation-unknown',
  title: 'an operation that never was is unknown',
  section: 'Verbs',
  says: '`operation`: `{id, verb, generation, state: "unknown"|"running"|"done"|"failed"',
  mend: 'answer operation for any id: state unknown where there is no record',
  run: async (bench) => {
    const { operation: id } = bench.claim()
    const said = await bench.operation(id)
    expect(said.state === 'unknown' && said.id === id, `operation ${id} → ${JSON.stringify(said)}`)
    return 'unknown'
  },
}

export const speaks = [describeCheck, statusCheck, unknownNull, bootId, usageCheck, operationUnknown]
