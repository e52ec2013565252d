import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Status } from '../../../src/device/contract.ts'
import { checks } from '../../../src/rollout/checks/precondition-checks.ts'
import {
  type DeviceFacts,
  type PreconditionContext,
  timeOf,
} from '../../../src/rollout/checks/precondition-facts.ts'
import {
  blockingCode,
  checkBeforeRestart,
  checkPreconditions,
  neverLowered,
} from '../../../src/rollout/checks/preconditions.ts'
import {
  defaultPreconditions,
  type PreconditionCode,
  preconditionCodes,
} from '../../../src/rollout/policy.ts'
import { isReason } from '../../../src/rollout/reasons.ts'
import { ru } from '../../../src/words/ru.ts'

const NOW = Date.parse('2026-11-22T23:30:00Z')
const HOUR = 3_600_000
const DAY = 24 * HOUR
const at = (ms: number): string => new Date(NOW + ms).toISOString()

const shift = (hours: number | null) => ({
  open: true,
  number: 5,
  openedAt: hours === null ? null : at(-hours * HOUR),
})
const fiscal = {
  flags: [] as string[],
  validUntil: '2027-12-29',
  ffd: '1.05',
  ofdQueue: { length: 0, firstNumber: null, firstAt: null } as NonNullable<DeviceFacts['fiscal']>['ofdQueue'],
}
const queue = (days: number) => ({
  ...fiscal,
  ofdQueue: { length: 15, firstNumber: 15, firstAt: at(-days * DAY - HOUR) },
})

const inOrder: DeviceFacts = {
  activity: 'idle',
  blocked: false,
  shift: { open: false, number: 4, openedAt: null },
  drawer: 0,
  cashier: { kind: 'none', name: null },
  printer: 'ready',
  replication: { lagSeconds: 20, unsent: 0 },
  disk: { freeBytes: 8_000_000_000 },
  clock: at(0),
  fiscal,
}
const nothingSaid: DeviceFacts = {
  activity: 'idle',
  blocked: null,
  shift: null,
  drawer: null,
  cashier: null,
  replication: null,
  disk: null,
  clock: null,
  fiscal: null,
}
const base: PreconditionContext = {
  now: NOW,
  readAt: NOW,
  kind: 'till',
  package: { ffd: null, firmware: false, size: 3_000_000 },
  closeShift: 'never',
  rules: defaultPreconditions,
}
type Context = Partial<PreconditionContext>
const findings = (facts: Partial<DeviceFacts>, context: Context = {}) =>
  checkPreconditions({ ...inOrder, ...facts }, { ...base, ...context }).findings
const told = (facts: Partial<DeviceFacts>, context: Context = {}): string[] =>
  findings(facts, context).map(
    ({ code, level, params }) => `${level} ${code}${params.unknown === true ? ' unknown' : ''}`,
  )
const rule = (code: PreconditionCode, change: object): PreconditionContext['rules'] => ({
  ...defaultPreconditions,
  [code]: { ...defaultPreconditions[code], ...change },
})

test('what the contract calls a status is what is checked', () => {
  const check = (status: Status) => checkPreconditions(status, base)
  expect(check).toBeTypeOf('function')
})

describe('in use', () => {
  test.each<[string, Partial<DeviceFacts>, string[]]>([
    ['nothing', {}, []],
    ['a receipt', { activity: 'receipt' }, ['block receiptOpen']],
    ['a payment', { activity: 'payment' }, ['block receiptOpen']],
    ['a break', { activity: 'technicalBreak' }, ['block technicalBreak']],
    ['service', { activity: 'service' }, ['block technicalBreak']],
    ['nobody knows', { activity: 'unknown' }, ['block activityUnknown']],
    ['blocked', { blocked: true }, ['block tillBlocked']],
    ['a cashier', { cashier: { kind: 'person', name: 'Петров' } }, ['block cashierSignedIn']],
    ['the self-checkout’s own user', { cashier: { kind: 'selfCheckout', name: 'Пользователь SCO' } }, []],
    ['an open shift', { shift: shift(9) }, ['block shiftOpen']],
    [
      'the self-checkout’s own user, and its shift',
      { cashier: { kind: 'selfCheckout', name: 'Пользователь SCO' }, shift: shift(9) },
      ['block shiftOpen'],
    ],
    ['24 hours are allowed', { shift: shift(24) }, ['block shiftOpen']],
    ['and not more', { shift: shift(24.1) }, ['block shiftExpired', 'block shiftOpen']],
    [
      'a shift of which nobody knows how old',
      { shift: shift(null) },
      ['block shiftOpen', 'warn shiftExpired unknown'],
    ],
    ['cash', { drawer: 50 }, ['warn cashInDrawer']],
  ])('%s', (_name, facts, expected) => {
    expect(told(facts)).toEqual(expected)
    expect(told(facts, { kind: 'selfCheckout' })).toEqual(expected)
  })
})

describe('the fiscal device', () => {
  const flags = (...list: string[]) => ({ fiscal: { ...fiscal, flags: list } })
  const until = (days: number) => ({ fiscal: { ...fiscal, validUntil: at(days * DAY) } })
  test.each<[string, Partial<DeviceFacts>, string[]]>([
    ['a critical error', flags('criticalError'), ['block fiscalCritical']],
    ['replace within three days', flags('replaceWithin3Days'), ['block fiscalCritical']],
    ['memory nearly full', flags('memoryNearlyFull'), ['warn fiscalCritical']],
    ['a flag that nobody knows', flags('x'), ['warn fiscalCritical']],
    ['the worst of several counts', flags('ofdOverdue', 'expired'), ['block fiscalCritical']],
    ['expired yesterday', until(-1), ['block fiscalCritical']],
    ['three days left', until(3.5), ['block fiscalCritical']],
    ['four days left', until(4), []],
    ['nobody knows how long', { fiscal: { ...fiscal, validUntil: null } }, ['warn fiscalCritical unknown']],
    [
      'a date that cannot be read',
      { fiscal: { ...fiscal, validUntil: '29.12.2027' } },
      ['warn fiscalCritical unknown'],
    ],
    ['a document of this hour', { fiscal: queue(0) }, []],
    ['a document of yesterday', { fiscal: queue(1) }, ['warn ofdQueueOld']],
    ['24 days', { fiscal: queue(24) }, ['warn ofdQueueOld']],
    ['25 days', { fiscal: queue(25) }, ['block ofdQueueOld']],
    ['54 days, as on the page of the manual', { fiscal: queue(54) }, ['block ofdQueueOld']],
    [
      'documents of unknown age',
      { fiscal: { ...queue(1), ofdQueue: { length: 3, firstNumber: null, firstAt: null } } },
      ['warn ofdQueueOld unknown'],
    ],
    ['an unknown queue', { fiscal: { ...fiscal, ofdQueue: null } }, ['warn ofdQueueOld unknown']],
  ])('%s', (_name, facts, expected) => {
    expect(told(facts)).toEqual(expected)
  })

  test('a month ahead is told where the policy asks for it', () => {
    const rules = rule('fiscalCritical', { warnLimit: 30 })
    expect(told(until(29), { rules })).toEqual(['warn fiscalCritical'])
    expect(told(until(32), { rules })).toEqual([])
  })

  test('firmware waits for an empty queue, and for the proof of it', () => {
    const context = { package: { ...base.package, firmware: true } }
    expect(told({}, context)).toEqual([])
    expect(told({ fiscal: queue(0) }, context)).toEqual(['block ofdQueueOld'])
    expect(told({ fiscal: { ...fiscal, ofdQueue: null } }, context)).toEqual(['block ofdQueueOld unknown'])
    expect(told({ fiscal: null }, context)).toContain('block ofdQueueOld unknown')
  })

  test('the format must be one that the package speaks', () => {
    const context = { package: { ...base.package, ffd: ['1.05', '1.2'] } }
    expect(told({}, context)).toEqual([])
    expect(told({ fiscal: { ...fiscal, ffd: '1.0' } }, context)).toEqual(['block ffdUnsupported'])
    expect(told({ fiscal: { ...fiscal, ffd: null } }, context)).toEqual(['warn ffdUnsupported unknown'])
    expect(told({ fiscal: { ...fiscal, ffd: '1.0' } })).toEqual([])
  })
})

describe('the rest', () => {
  const replication = (lagSeconds: number | null, unsent: number | null) => ({
    replication: { lagSeconds, unsent },
  })
  test.each<[string, Partial<DeviceFacts>, Context, string[]]>([
    ['15 minutes behind', replication(900, 7), {}, []],
    ['16 minutes behind', replication(960, 7), {}, ['block replicationLag']],
    ['sales that wait nobody knows how long', replication(null, 1), {}, ['block replicationLag']],
    ['no sales wait', replication(null, 0), {}, []],
    ['nobody knows', replication(null, null), {}, ['warn replicationLag unknown']],
    ['no room for the package', { disk: { freeBytes: 2_999_999 } }, {}, ['block diskFull']],
    ['room for the package', { disk: { freeBytes: 3_000_000 } }, {}, []],
    [
      'less room than the policy wants',
      { disk: { freeBytes: 3_000_000 } },
      { rules: rule('diskFull', { limit: 4_000_000 }) },
      ['block diskFull'],
    ],
    [
      'less room than is good',
      { disk: { freeBytes: 3_000_000 } },
      { rules: rule('diskFull', { warnLimit: 4_000_000 }) },
      ['warn diskFull'],
    ],
    ['five minutes fast', { clock: at(5 * 60_000) }, {}, []],
    ['six minutes fast', { clock: at(6 * 60_000) }, {}, ['warn clockSkew']],
    ['six minutes slow', { clock: at(-6 * 60_000) }, {}, ['warn clockSkew']],
    ['a clock without a zone', { clock: '2026-11-22T23:30:00' }, {}, ['warn clockSkew unknown']],
    ['said a day ago', { clock: at(-DAY) }, { readAt: NOW - DAY }, []],
    ['said longer ago', { clock: at(-DAY - HOUR) }, { readAt: NOW - DAY - HOUR }, ['warn statusStale']],
    ['said nobody knows when', {}, { readAt: null }, ['warn statusStale unknown']],
  ])('%s', (_name, facts, context, expected) => {
    expect(told(facts, context)).toEqual(expected)
  })
})

describe('unknown is never in order', () => {
  test('a till that says nothing of itself', () => {
    expect(told({ ...nothingSaid, printer: undefined })).toEqual([
      'warn tillBlocked unknown',
      'warn cashierSignedIn unknown',
      'warn shiftOpen unknown',
      'warn cashInDrawer unknown',
      'warn fiscalCritical unknown',
      'warn ofdQueueOld unknown',
      'warn replicationLag unknown',
      'warn diskFull unknown',
      'warn clockSkew unknown',
    ])
  })

  test('a store server has no shift, no cash and no fiscal device to be unknown', () => {
    expect(told(nothingSaid, { kind: 'storeServer' })).toEqual([
      'warn replicationLag unknown',
      'warn diskFull unknown',
      'warn clockSkew unknown',
    ])
  })
})

describe('a level', () => {
  test('of warn reports, of off does not look', () => {
    const facts = { cashier: { kind: 'person', name: null } } as const
    expect(told(facts, { rules: rule('cashierSignedIn', { level: 'warn' }) })).toEqual([
      'warn cashierSignedIn',
    ])
    expect(told(facts, { rules: rule('cashierSignedIn', { level: 'off' }) })).toEqual([])
    expect(told({ drawer: 50 }, { rules: rule('cashInDrawer', { level: 'block' }) })).toEqual([
      'block cashInDrawer',
    ])
  })

  test.each(neverLowered)('%s cannot be lowered: the device refuses it by itself', (code) => {
    const facts = { blocked: true, activity: 'receipt' } as const
    expect(told(facts, { rules: rule(code, { level: 'off' }) })).toContain(`block ${code}`)
  })
})

describe('an open shift', () => {
  const auto = { closeShift: 'auto' } as const
  const check = (facts: Partial<DeviceFacts>, context: Context = auto) =>
    checkPreconditions({ ...inOrder, ...facts }, { ...base, ...context })

  test('is closed where the policy says so and nothing else stands in the way', () => {
    const checked = check({ shift: shift(30) })
    expect(checked.closeShift).toBe(true)
    expect(checked.findings.map(({ code, level }) => `${level} ${code}`)).toEqual([
      'warn shiftExpired',
      'warn shiftOpen',
    ])
    expect(checked.findings[1]?.params).toMatchObject({ willBeClosed: true, number: 5 })
  })

  test.each<[string, Partial<DeviceFacts>, string]>([
    ['somebody works there', { cashier: { kind: 'person', name: 'Петров' } }, 'cashierSignedIn'],
    ['a receipt is open', { activity: 'receipt' }, 'receiptOpen'],
    ['the report cannot be printed', { printer: 'notReady' }, 'printerNotReady'],
  ])('is not while %s', (_name, facts, code) => {
    const checked = check({ shift: shift(9), ...facts })
    expect(checked.closeShift).toBe(false)
    expect(blockingCode(checked.findings)).toBe(code)
  })

  test('is asked for or left, and then blocks', () => {
    for (const closeShift of ['never', 'ask'] as const)
      expect(check({ shift: shift(9) }, { closeShift })).toMatchObject({
        closeShift: false,
        findings: [{ code: 'shiftOpen', level: 'block' }],
      })
  })

  test('is no reason to close anything where it is closed, or unknown', () => {
    expect(check({}).closeShift).toBe(false)
    expect(check({ shift: null }).closeShift).toBe(false)
  })

  test('needs the printer only where it will be closed', () => {
    expect(told({ printer: 'notReady' }, auto)).toEqual([])
    expect(told({ printer: 'notReady', shift: shift(9) })).toEqual(['block shiftOpen'])
    expect(told({ printer: null, shift: shift(9) }, auto)).toEqual([
      'warn shiftOpen',
      'warn printerNotReady unknown',
    ])
    expect(told({ printer: 'notReady', shift: shift(9) }, { closeShift: 'ask' })).toEqual([
      'block shiftOpen',
      'block printerNotReady',
    ])
  })
})

describe('before the restart', () => {
  const recheck = (facts: Partial<DeviceFacts>, context: Context = {}) =>
    checkBeforeRestart({ ...inOrder, ...facts }, { ...base, ...context })

  test.each<[string, Partial<DeviceFacts>, string | undefined]>([
    ['nothing happened', {}, undefined],
    ['a receipt', { activity: 'payment' }, 'receiptOpen'],
    ['nobody knows', { activity: 'unknown' }, 'activityUnknown'],
    ['blocked meanwhile', { blocked: true }, 'tillBlocked'],
    ['somebody signed in', { cashier: { kind: 'person', name: null } }, 'cashierSignedIn'],
    ['the shift was opened again', { shift: shift(0) }, 'shiftOpen'],
    [
      'what does not change in minutes was looked at before',
      { fiscal: null, disk: { freeBytes: 0 } },
      undefined,
    ],
    ['what is unknown was told before', nothingSaid, undefined],
  ])('%s', (_name, facts, expected) => {
    expect(recheck(facts)).toBe(expected)
    expect(recheck(facts, { closeShift: 'auto' })).toBe(expected)
  })

  test('keeps to the policy’s levels', () => {
    expect(recheck({ shift: shift(0) }, { rules: rule('shiftOpen', { level: 'warn' }) })).toBeUndefined()
  })
})

describe('the table', () => {
  const page = readFileSync(path.resolve(import.meta.dirname, '../../../docs/preconditions.md'), 'utf8')

  test.each(preconditionCodes)('%s is looked at, is a reason, has words and a row', (code) => {
    expect(Object.keys(checks)).toContain(code)
    expect(isReason(code)).toBe(true)
    expect(ru.reasons[code].label).not.toBe('')
    const row = page.split('\n').find((line) => line.startsWith(`| \`${code}\` |`))
    const { level, limit, warnLimit } = defaultPreconditions[code]
    const numbers = [limit, warnLimit].filter((value) => value !== undefined)
    expect(row).toContain([level, ...numbers].join(', '))
  })

  test('nothing is looked at that is no rule', () => {
    expect(Object.keys(checks).sort()).toEqual([...preconditionCodes].sort())
  })
})

describe('a time', () => {
  test.each([
    ['2026-11-22', Date.UTC(2026, 10, 22)],
    ['2026-11-22T23:30:00+03:00', Date.UTC(2026, 10, 22, 20, 30)],
    ['2026-11-22T23:30Z', NOW],
    ['2026-11-22T23:30:00.5Z', NOW + 500],
    ['2026-11-22T23:30:00', undefined],
    ['22.11.2026', undefined],
    ['2026-13-40', undefined],
    ['', undefined],
    [null, undefined],
  ])('%s', (text, expected) => {
    expect(timeOf(text)).toBe(expected)
  })
})
