/** 200 stores in nine zones, ten devices in each on average: hours, windows and lines that differ. */
import { type Calendar, type DaySpan, type WeeklySpan, weekdays } from '../../src/rollout/time/calendar.ts'
import { type Random, seeded } from './random.ts'
import type { Device, Store } from './shapes.ts'

/** Berlin and Lord Howe put their clocks forward and back; the island by half an hour. */
const zones = [
  'Asia/Kamchatka',
  'Australia/Lord_Howe',
  'Asia/Irkutsk',
  'Asia/Novosibirsk',
  'Asia/Yekaterinburg',
  'Europe/Samara',
  'Europe/Moscow',
  'Europe/Berlin',
  'Europe/Kaliningrad',
] as const

const every = (from: string, to: string): WeeklySpan[] => [{ days: weekdays, from, to }]
const workdays = weekdays.slice(0, 5)
const weekend = weekdays.slice(5)

interface Hours {
  readonly weight: number
  readonly windows: readonly WeeklySpan[]
  readonly opening: Calendar['opening']
  /** Of people, where nobody told the head office. */
  readonly habits?: readonly WeeklySpan[]
  readonly exceptions?: (
    year: number,
  ) => { readonly date: string; readonly windows?: DaySpan[]; readonly opening?: DaySpan[] }[]
}

const hours: readonly Hours[] = [
  { weight: 40, windows: every('23:00', '06:00'), opening: every('08:00', '22:00') },
  { weight: 12, windows: every('00:30', '05:30'), opening: every('07:00', '23:00') },
  {
    weight: 10,
    windows: [
      { days: workdays, from: '22:30', to: '05:00' },
      { days: weekend, from: '23:30', to: '07:30' },
    ],
    opening: [
      { days: workdays, from: '08:00', to: '22:00' },
      { days: weekend, from: '09:00', to: '21:00' },
    ],
    exceptions: (year) => [{ date: `${year}-12-31`, windows: [] }],
  },
  // Trades into its window: its lanes are kept until it closes.
  { weight: 10, windows: every('23:00', '06:00'), opening: every('06:30', '00:30') },
  { weight: 6, windows: every('01:00', '05:00'), opening: 'always' },
  { weight: 4, windows: every('02:00', '04:30'), opening: 'always' },
  // Opens within its window: the opening comes first.
  { weight: 5, windows: every('21:00', '07:00'), opening: every('05:30', '20:30') },
  {
    weight: 5,
    windows: [{ days: ['mon', 'wed', 'fri', 'sat'], from: '23:00', to: '05:30' }],
    opening: every('08:00', '21:00'),
    exceptions: (year) => [
      { date: `${year}-03-28`, opening: [{ from: '08:00', to: '14:00' }] },
      { date: `${year}-10-24`, windows: [{ from: '22:00', to: '06:00' }] },
    ],
  },
  { weight: 5, windows: every('22:00', '06:00'), opening: null, habits: every('08:00', '22:00') },
  // In the middle of the hour that there is twice, or never.
  { weight: 3, windows: every('02:15', '05:45'), opening: every('07:00', '22:00') },
]

function pickHours(random: Random): Hours {
  let left = random.next() * hours.reduce((sum, one) => sum + one.weight, 0)
  for (const one of hours) {
    left -= one.weight
    if (left < 0) return one
  }
  return hours[0] as Hours
}

const years = Array.from({ length: 12 }, (_, at) => 2025 + at)
const calendars = new Map<string, { calendar: Calendar; habits: Calendar }>()

/** Equal calendars are one object. */
function calendarOf(one: Hours, timeZone: string): { calendar: Calendar; habits: Calendar } {
  const key = `${timeZone}:${hours.indexOf(one)}`
  const known = calendars.get(key)
  if (known !== undefined) return known
  const { windows, opening } = one
  const exceptions = years.flatMap((year) => one.exceptions?.(year) ?? [])
  const calendar: Calendar = { timeZone, windows, opening, exceptions }
  const habits = one.habits === undefined ? calendar : { ...calendar, opening: one.habits }
  const made = { calendar, habits }
  calendars.set(key, made)
  return made
}

const shorter = new Map<Calendar, Calendar>()
/** The same store with a shorter window: somebody changes it while a rollout runs. */
export function narrowed(calendar: Calendar): Calendar {
  const windows = calendar.windows.map((one) => ({ ...one, to: one.to < '05:00' ? one.to : '04:30' }))
  const made = shorter.get(calendar) ?? { ...calendar, windows }
  shorter.set(calendar, made)
  return made
}

const configurations = ['atol-win', 'atol-linux', 'shtrih-linux', 'evotor'] as const

function makeDevice(
  store: Store,
  index: number,
  kind: Device['kind'],
  number: number,
  random: Random,
): Device {
  const isTill = kind !== 'storeServer'
  return {
    index,
    id: `d${index}`,
    cashId: `${store.code}-${kind === 'storeServer' ? 'S' : kind === 'till' ? 'T' : 'C'}${number}`,
    store,
    kind,
    number: kind === 'selfCheckout' ? 0 : number,
    configuration: isTill ? random.pick(configurations) : 'server',
    blocked: isTill && number > 2 && random.chance(0.004),
    inReserve: isTill && number > 2 && random.chance(0.01),
    ...{ version: 95_000, previousVersion: 94_000, health: 'healthy', boots: 1, highest: 0, armed: null },
    ...{ staged: new Map(), transfer: null, operations: new Map(), install: null },
    ...{
      hasPower: true,
      offSince: 0,
      awayUntil: 0,
      shiftClosedAt: 0,
      cannotGoBack: false,
      activations: new Map(),
    },
    ...{ generation: 0, isReached: true, row: null, lastEnded: null },
    said: { health: 'healthy', activity: 'idle', version: 95_000 },
  }
}

function makeStore(index: number, random: Random): Store {
  const timeZone = zones[index % zones.length] as string
  const { calendar, habits } = calendarOf(pickHours(random), timeZone)
  const isThin = random.chance(0.08)
  return {
    index,
    id: `s${index}`,
    code: `M${String(index + 1).padStart(3, '0')}`,
    group: random.pick(['north', 'south', 'city']),
    labels: random.chance(0.1) ? ['pilot'] : [],
    calendar,
    calendarFrom: 0,
    toldCalendar: calendar,
    habits,
    maxInstalls: random.pick([1, 2, 2, 3, 4]),
    maxDownloads: random.pick([2, 3, 4]),
    bytesPerSecond: isThin ? random.between(40_000, 120_000) : random.between(600_000, 6_000_000),
    devices: [],
    packages: new Map(),
    offlineUntil: 0,
    followVersion: null,
    trading: [],
    ...{
      asks: 20,
      misses: 1,
      downloads: 0,
      installs: 0,
      live: [],
      isDirty: false,
      wakeAt: Number.POSITIVE_INFINITY,
    },
  }
}

/** @param devices in all, spread over the stores: 3 to 9 tills, up to 4 self-checkouts, one server */
export function makeFleet(
  seed: number,
  storeCount: number,
  deviceCount: number,
): { stores: Store[]; devices: Device[] } {
  const random = seeded(seed)
  const stores = Array.from({ length: storeCount }, (_, index) => makeStore(index, random))
  const devices: Device[] = []
  const add = (store: Store, kind: Device['kind'], number: number) => {
    const device = makeDevice(store, devices.length, kind, number, random)
    devices.push(device)
    store.devices.push(device)
  }
  for (const store of stores) add(store, 'storeServer', 1)
  for (const store of stores) for (let number = 1; number <= 3; number += 1) add(store, 'till', number)
  while (devices.length < deviceCount) {
    const store = random.pick(stores)
    const count = (kind: Device['kind']) => store.devices.filter((one) => one.kind === kind).length
    const isSelf = random.chance(0.3) && count('selfCheckout') < 4
    // A single one in a shop that never closes could never be installed.
    const more = count('selfCheckout') === 0 ? 2 : 1
    if (isSelf) for (let one = 0; one < more; one += 1) add(store, 'selfCheckout', count('selfCheckout') + 1)
    else if (count('till') < 14) add(store, 'till', count('till') + 1)
  }
  return { stores, devices }
}
