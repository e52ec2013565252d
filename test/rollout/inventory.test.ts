import { describe, expect, test } from 'vitest'
import { checkInventory, type InventoryDevice, type InventoryStore } from '../../src/rollout/inventory.ts'
import { isTimeZone } from '../../src/rollout/time/local-time.ts'

const device = (cashId: string, number: number): InventoryDevice => ({
  kind: 'till',
  cashId,
  number,
  name: `Касса ${number}`,
  host: '10.0.0.2',
  port: 22,
  user: 'nightshift',
  credential: 'default',
  hostKeys: [],
  agent: 'nightctl',
  blocked: false,
})
const store = (code: string, devices: InventoryDevice[], timeZone = 'Europe/Moscow'): InventoryStore => ({
  code,
  name: code,
  timeZone,
  phone: null,
  host: '10.0.0.1',
  port: 22,
  user: 'nightshift',
  credential: 'default',
  hostKeys: [],
  packageFolder: '/srv/nightshift',
  packageUrl: 'http://10.0.0.1/nightshift/',
  maxDownloads: 4,
  maxInstalls: 1,
  devices,
})
const problems = (...stores: InventoryStore[]) => checkInventory({ stores })

describe('checkInventory', () => {
  test('takes numbers that repeat when 0, and equal numbers in different stores', () => {
    const first = store('M1', [device('50001002', 0), device('50001003', 0), device('1', 1)])
    expect(problems(first, store('M2', [device('2', 1)], 'Asia/Vladivostok'))).toEqual([])
  })

  test('refuses an identity that appears twice, also across stores', () => {
    expect(problems(store('M1', [device('1', 1)]), store('M2', [device('2', 2), device('1', 3)]))).toEqual([
      { code: 'cashIdTwice', path: 'stores.1.devices.1.cashId', value: '1' },
    ])
  })

  test('tells all problems with where they stand', () => {
    expect(problems(store('M1', [device('1', 7), device('2', 7)], 'MSK+3'), store('M1', []))).toEqual([
      { code: 'storeTwice', path: 'stores.1.code', value: 'M1' },
      { code: 'timeZoneUnknown', path: 'stores.0.timeZone', value: 'MSK+3' },
      { code: 'numberTwice', path: 'stores.0.devices.1.number', value: '7' },
    ])
  })
})

test.each([
  ['Asia/Kamchatka', true],
  ['Europe/Moscow', true],
  ['', false],
  ['Moscow', false],
  ['../etc/localtime', false],
])('isTimeZone(%j) is %s', (name, known) => {
  expect(isTimeZone(name)).toBe(known)
})
