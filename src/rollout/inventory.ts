/** A fleet as files and the API bring it: stores and their devices. Pure checks that no schema can say. */
import { type Calendar, defaultCalendar } from './time/calendar.ts'
import { type CalendarProblemCode, checkCalendar } from './time/calendar-check.ts'
import { isTimeZone } from './time/local-time.ts'

export interface InventoryDevice {
  readonly kind: string
  readonly cashId: string
  readonly number: number
  readonly name: string
  readonly host: string | null
  readonly port: number
  readonly user: string
  readonly credential: string
  readonly hostKeys: readonly string[]
  readonly agent: string
  /** Left out: as it stands in the head office. */
  readonly blocked?: boolean | undefined
  readonly inReserve?: boolean
  readonly configuration?: string | null
  readonly makerNumber?: string | null | undefined
  readonly registrationNumber?: string | null | undefined
  readonly legacyAlgorithms?: boolean
  readonly labels?: readonly string[]
}

/** A calendar without its zone, which is the store's. */
export type StoreHours = Omit<Calendar, 'timeZone'>

export const calendarOf = (timeZone: string, hours: StoreHours | null): Calendar =>
  hours === null ? defaultCalendar(timeZone) : { ...hours, timeZone }

export interface InventoryStore {
  readonly code: string
  readonly name: string
  readonly timeZone: string
  readonly phone: string | null
  readonly host: string
  readonly port: number
  readonly user: string
  readonly credential: string
  readonly hostKeys: readonly string[]
  readonly packageFolder: string
  readonly packageUrl: string
  readonly maxDownloads: number
  readonly maxInstalls: number
  readonly group?: string | null
  readonly legacyAlgorithms?: boolean
  readonly deviceKeysFile?: string | null | undefined
  readonly labels?: readonly string[]
  /** null: every night from eleven to six, and nothing known of when it trades. */
  readonly calendar?: StoreHours | null
  readonly devices: readonly InventoryDevice[]
}

export interface Inventory {
  readonly stores: readonly InventoryStore[]
}

export interface InventoryProblem {
  readonly code: 'storeTwice' | 'cashIdTwice' | 'numberTwice' | CalendarProblemCode
  /** Where it stands: `stores.3.devices.0.cashId`. */
  readonly path: string
  readonly value: string
}

/** Every value that was seen before, with its path. */
function repeated(
  entries: readonly { key: string; path: string }[],
  code: InventoryProblem['code'],
): InventoryProblem[] {
  const seen = new Set<string>()
  return entries.flatMap(({ key, path }) => {
    if (seen.has(key)) return [{ code, path, value: key }]
    seen.add(key)
    return []
  })
}

/**
 * What is wrong with a store's hours; its zone is not looked at.
 * @param path where they stand: `stores.3.calendar`
 */
export function checkHours(hours: StoreHours, path: string): InventoryProblem[] {
  return checkCalendar({ ...hours, timeZone: 'UTC' }).map(({ code, path: within, value }) => ({
    code,
    path: `${path}.${within.replaceAll(/\[(\d+)\]/g, '.$1')}`,
    value,
  }))
}

/** What checkInventory looks at. */
export interface CheckedInventory {
  readonly stores: readonly (Pick<InventoryStore, 'code' | 'timeZone' | 'calendar'> & {
    readonly devices: readonly Pick<InventoryDevice, 'cashId' | 'number'>[]
  })[]
}

/** All problems, in the order of the file; none: the inventory can be applied. */
export function checkInventory({ stores }: CheckedInventory): InventoryProblem[] {
  const devices = stores.flatMap((store, s) =>
    store.devices.map((device, d) => ({ device, path: `stores.${s}.devices.${d}` })),
  )
  return [
    ...repeated(
      stores.map((store, s) => ({ key: store.code, path: `stores.${s}.code` })),
      'storeTwice',
    ),
    ...stores.flatMap((store, s) =>
      isTimeZone(store.timeZone)
        ? []
        : [{ code: 'timeZoneUnknown' as const, path: `stores.${s}.timeZone`, value: store.timeZone }],
    ),
    ...stores.flatMap((store, s) =>
      store.calendar ? checkHours(store.calendar, `stores.${s}.calendar`) : [],
    ),
    ...repeated(
      devices.map(({ device, path }) => ({ key: device.cashId, path: `${path}.cashId` })),
      'cashIdTwice',
    ),
    ...stores.flatMap((store, s) =>
      repeated(
        store.devices.flatMap((device, d) =>
          device.number === 0
            ? []
            : [{ key: String(device.number), path: `stores.${s}.devices.${d}.number` }],
        ),
        'numberTwice',
      ),
    ),
  ]
}
