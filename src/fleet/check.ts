/** From what a file says to an inventory that can be compared and applied, or to everything that is wrong with it. */
import type { z } from 'zod'
import { hours } from '../api/calendar-schema.ts'
import { fleetBody } from '../api/fleet-schema.ts'
import { type CheckedInventory, checkInventory, type InventoryProblem } from '../rollout/inventory.ts'
import type { FaultCollector, FleetFaultCode, Place } from './faults.ts'
import { deviceFields, type Field, fieldOf, storeFields } from './fields.ts'
import type { FileStore } from './file.ts'
import type { Path } from './json-places.ts'

/** An inventory as a file says it, and no more: nothing is filled in, nothing is checked. */
export interface Draft {
  /** `{ stores: [{ …, devices: [{ … }] }] }` */
  readonly value: unknown
  /** Of what is not there: of the nearest thing around it. */
  readonly place: (path: Path) => Place | null
  /** How this file calls it: a column, a path, a variable. */
  readonly name: (path: Path) => string
  /** Paths that were found wrong already, `stores.0.port`. */
  readonly broken: ReadonlySet<string>
  /** What is said where something is missing; left out: `fieldMissing` and the field's rule. */
  readonly missing?: (path: Path) => { readonly code: FleetFaultCode; readonly detail: string }
}

/** What is said of stores and devices that do not say it themselves, by the keys of the inventory. */
export interface FleetDefaults {
  readonly store?: Readonly<Record<string, unknown>>
  readonly device?: Readonly<Record<string, unknown>>
  /** Of single stores, by their codes. */
  readonly stores?: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

type Raw = Record<string, unknown>
const isRaw = (value: unknown): value is Raw =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

function at(value: unknown, path: Path): unknown {
  let found = value
  for (const key of path) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, key)) return undefined
    found = (found as Record<string | number, unknown>)[key]
  }
  return found
}

const filled = (raw: unknown, defaults: Readonly<Record<string, unknown>> | undefined): unknown =>
  isRaw(raw) ? { ...defaults, ...raw } : raw

function withDefaults(value: unknown, { store, device, stores: own = {} }: FleetDefaults): unknown {
  if (!isRaw(value) || !Array.isArray(value.stores)) return value
  const stores = value.stores.map((one: unknown) => {
    const code = String(at(one, ['code']))
    const raw = filled(one, { ...store, ...(Object.hasOwn(own, code) ? own[code] : {}) })
    if (!isRaw(raw) || !Array.isArray(raw.devices)) return raw
    return { ...raw, devices: raw.devices.map((each: unknown) => filled(each, device)) }
  })
  return { ...value, stores }
}

/** What zod says, in our codes. */
function schemaFaults(
  issue: z.core.$ZodIssue,
  value: unknown,
): { code: FleetFaultCode; path: Path; why?: string }[] {
  const path = issue.path.map((key) => (typeof key === 'number' ? key : String(key)))
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({ code: 'fieldUnknown', path: [...path, key] }))
  if (issue.code === 'custom' && issue.params?.code === 'textInvalid')
    return [{ code: 'textInvalid', path, why: issue.message }]
  const code = at(value, path) === undefined ? 'fieldMissing' : 'fieldInvalid'
  return [{ code, path, why: issue.message }]
}

function addSchemaFaults(
  draft: Draft,
  value: unknown,
  issues: readonly z.core.$ZodIssue[],
  faults: FaultCollector,
) {
  const seen = new Set(draft.broken)
  for (const { code, path, why } of issues.flatMap((issue) => schemaFaults(issue, value))) {
    const field = fieldOf(path)
    // One field has one fault, whatever the schema finds in its parts.
    const key = (
      field === undefined || field.type === 'json' ? path : path.slice(0, path[2] === 'devices' ? 5 : 3)
    ).join('.')
    // What could not be read is no store that is missing.
    if (seen.has(key) || (key === 'stores' && !faults.isEmpty)) continue
    seen.add(key)
    if (code === 'fieldMissing' && draft.missing !== undefined) {
      faults.add({ place: draft.place(path), field: draft.name(path), ...draft.missing(path) })
      continue
    }
    const known =
      key === 'stores'
        ? 'there is no store in it'
        : field === undefined
          ? why
          : field.type === 'json'
            ? `${why}; ${field.rule}`
            : field.rule
    const detail =
      code === 'fieldUnknown' ? 'there is no such field: take it out' : (known ?? 'not as it must be')
    faults.add({ code, place: draft.place(path), field: draft.name(path), value: at(value, path), detail })
  }
}

const text = (value: unknown, otherwise: string): string =>
  typeof value === 'string' && value !== '' ? value : otherwise

/** As much of a draft as can be compared, so that what repeats is found beside what is wrong in itself. */
function comparable(value: unknown): CheckedInventory['stores'] {
  return listOf(at(value, ['stores'])).map((store, s) => {
    const calendar = hours.nullable().safeParse(at(store, ['calendar']) ?? null)
    const devices = listOf(at(store, ['devices'])).map((device, d) => ({
      cashId: text(at(device, ['cashId']), `\u0000${s}.${d}`),
      number: Number.isInteger(at(device, ['number'])) ? (at(device, ['number']) as number) : 0,
    }))
    return {
      code: text(at(store, ['code']), `\u0000${s}`),
      timeZone: text(at(store, ['timeZone']), 'UTC'),
      calendar: calendar.success ? calendar.data : null,
      devices,
    }
  })
}

const advice: Readonly<Record<InventoryProblem['code'], string>> = {
  storeTwice: 'a store is named once; put its devices under it',
  cashIdTwice: 'a cash id is one device of the whole chain: correct one of them, or take it out',
  numberTwice: 'within a store a number is one device, unless it is 0: correct one of them',
  timeZoneUnknown: 'a time zone by its name, such as Europe/Moscow or Asia/Vladivostok',
  windowInvalid: 'a window has days and two times, such as 23:00 and 06:00',
  windowNeverOpens: 'a calendar needs a window',
  openingInvalid: 'opening hours have days and two times, such as 08:00 and 22:00, or are "always"',
  dateInvalid: 'a date is written as 2026-12-31',
  dateRepeated: 'a date has one exception',
  freezeInvalid: 'a freeze has two local times, the end after its beginning',
}

const toPath = (path: string): Path => path.split('.').map((key) => (/^\d+$/.test(key) ? Number(key) : key))

function addInventoryFaults(draft: Draft, value: unknown, faults: FaultCollector): void {
  for (const { code, path, value: found } of checkInventory({ stores: comparable(value) })) {
    const where = toPath(path)
    faults.add({
      code,
      place: draft.place(where),
      field: draft.name(where),
      value: found,
      detail: advice[code],
    })
  }
}

/** The same few sets of columns again and again: kept once. */
function interned(): (keys: string[]) => readonly string[] {
  const known = new Map<string, readonly string[]>()
  return (keys) => {
    const name = keys.join()
    const found = known.get(name) ?? keys
    known.set(name, found)
    return found
  }
}

const unsaid = (raw: unknown, fields: readonly Field[]): string[] =>
  fields.flatMap(({ key }) => (at(raw, [key]) === undefined ? [key] : []))

/** @returns undefined: it has faults, all of them in `faults` */
export function checkDraft(
  draft: Draft,
  faults: FaultCollector,
  defaults: FleetDefaults = {},
): FileStore[] | undefined {
  const value = withDefaults(draft.value, defaults)
  const read = fleetBody.safeParse(value)
  if (!read.success) addSchemaFaults(draft, value, read.error.issues, faults)
  addInventoryFaults(draft, value, faults)
  if (!read.success || !faults.isEmpty) return undefined
  const keep = interned()
  return read.data.stores.map((store, s) => ({
    ...store,
    keeps: keep(unsaid(at(draft.value, ['stores', s]), storeFields)),
    devices: store.devices.map((device, d) => ({
      ...device,
      keeps: keep(unsaid(at(draft.value, ['stores', s, 'devices', d]), deviceFields)),
    })),
  }))
}
