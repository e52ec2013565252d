/** What is wrong with a file, each with its line, the value, and what to do. */
import type { CalendarProblemCode } from '../rollout/time/calendar-check.ts'

export type FleetFaultCode =
  | 'fileEmpty'
  | 'fileTooLarge'
  | 'encodingUnknown'
  | 'syntaxInvalid'
  | 'tooDeep'
  | 'keyTwice'
  | 'columnUnknown'
  | 'columnTwice'
  | 'columnMissing'
  | 'cellsTooMany'
  | 'storeDiffers'
  | 'fieldMissing'
  | 'fieldInvalid'
  | 'fieldUnknown'
  | 'textInvalid'
  | 'numberInvalid'
  | 'flagInvalid'
  | 'jsonInvalid'
  | 'variableUnset'
  | 'variableUnknown'
  | 'templateUnresolved'
  | 'rangeInvalid'
  | 'groupCycle'
  | 'groupUnknown'
  | 'storeServerMissing'
  | 'rowInvalid'
  | 'storeTwice'
  | 'cashIdTwice'
  | 'numberTwice'
  | CalendarProblemCode

export interface Place {
  /** From 1. */
  readonly line: number
  /** From 1, in characters; left out where a line is as much as is known. */
  readonly column?: number
}

export interface FleetFault {
  readonly code: FleetFaultCode
  /** null: the file as a whole. */
  readonly line: number | null
  readonly column: number | null
  /** The CSV's column, the path in the JSON, the variable of the inventory. */
  readonly field: string | null
  readonly value: string | null
  /** What to do. */
  readonly detail: string
}

export interface Faults {
  readonly list: readonly FleetFault[]
  /** Those that were counted and not kept. */
  readonly more: number
}

/** As many are kept; the rest is counted. */
const MAX_FAULTS = 1000
const MAX_VALUE = 200

export interface NewFault {
  readonly code: FleetFaultCode
  readonly place: Place | null
  readonly field?: string | undefined
  readonly value?: unknown
  readonly detail: string
}

function valueText(value: unknown): string | null {
  if (value === undefined) return null
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text === undefined ? null : text.slice(0, MAX_VALUE)
}

const toFault = ({ code, place, field, value, detail }: NewFault): FleetFault => ({
  code,
  line: place?.line ?? null,
  column: place?.column ?? null,
  field: field ?? null,
  value: valueText(value),
  detail,
})

const byPlace = (a: FleetFault, b: FleetFault): number =>
  (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0)

/** Collects faults as they are found; `all` gives them in the order of the file. */
export function collectFaults() {
  const found: FleetFault[] = []
  let more = 0
  return {
    add(fault: NewFault): void {
      if (found.length < MAX_FAULTS) found.push(toFault(fault))
      else more += 1
    },
    get isEmpty(): boolean {
      return found.length === 0
    },
    all: (): Faults => ({ list: found.toSorted(byPlace), more }),
  }
}
export type FaultCollector = ReturnType<typeof collectFaults>

/** `fleet.csv:12:3: cashIdTwice cashId "50001002": …`, as compilers say it. */
export function faultLine(file: string, fault: FleetFault): string {
  const at = [file, fault.line, fault.column].filter((part) => part !== null).join(':')
  const field = fault.field === null ? '' : ` ${fault.field}`
  const value = fault.value === null ? '' : ` ${JSON.stringify(fault.value)}`
  return `${at}: ${fault.code}${field}${value}: ${fault.detail}`
}
