/** What a UKM 4 head office knows of a chain, whichever way it was asked. */

/** As that system has it, which is never taken for what the device says. */
export interface Ukm4Status {
  /** null: it does not say. */
  readonly online: boolean | null
  /** The words it shows. */
  readonly state: string | null
  /** As it displays it, which may be short: `97`. null: «Нет данных». */
  readonly version: string | null
  readonly shift: { readonly open: boolean; readonly number: number | null } | null
  /** Roubles and kopecks as decimal text: `1252.05`. */
  readonly sum: string | null
  readonly cashier: string | null
  readonly autoUpdate: boolean | null
  /** What it says of a download; null: none. */
  readonly download: string | null
}

export interface Ukm4Till {
  readonly cashId: string
  /** The code of its store. */
  readonly store: string
  readonly number: number
  readonly name: string
  readonly kind: 'till' | 'selfCheckout'
  /** null: not connected. `127.0.0.1`: it runs on the store server itself. */
  readonly host: string | null
  readonly isOnServer: boolean
  readonly status: Ukm4Status
  /** When that system had it from the till, in milliseconds since 1970; null: it does not say. */
  readonly readAt: number | null
}

export interface Ukm4Store {
  readonly code: string
  readonly name: string | null
  /** Of the store server. */
  readonly host: string | null
}

export interface Ukm4Note {
  readonly code:
    | 'columnAbsent'
    | 'tillWithoutId'
    | 'tillOfUnknownStore'
    | 'readOnlyUnsupported'
    | 'timeoutUnsupported'
  readonly value: string
}

export interface Ukm4Fleet {
  readonly source: 'ukm4:sql' | 'ukm4:page'
  /** Milliseconds since 1970. */
  readonly askedAt: number
  readonly stores: readonly Ukm4Store[]
  readonly tills: readonly Ukm4Till[]
  readonly notes: readonly Ukm4Note[]
}

/** Thrown where that system cannot be read, with what to do. */
export class Ukm4Failed extends Error {
  readonly code:
    | 'columnMissing'
    | 'tableMissing'
    | 'mappingInvalid'
    | 'unreachable'
    | 'signedOut'
    | 'noGrid'
    | 'tooMuch'
    | 'timedOut'
  constructor(code: Ukm4Failed['code'], message: string, options: { cause?: unknown } = {}) {
    super(message, options)
    this.name = 'Ukm4Failed'
    this.code = code
  }
}

const word = (text: string): string => text.replaceAll(/[\s\u00a0]+/g, ' ').trim()
const orNull = (text: string, ...nothing: readonly string[]): string | null => {
  const value = word(text)
  return value === '' || nothing.includes(value) ? null : value
}

/** `50001002` of `Терминал самообслуживания id = 50001002`. */
export const idInName = (name: string): string | undefined => /\bid\s*=\s*(\d{1,20})/i.exec(name)?.[1]

export const kindOf = (name: string): Ukm4Till['kind'] =>
  /самообслуживани|self.?checkout|\bsco\b/i.test(name) ? 'selfCheckout' : 'till'

export const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '::1'])

/** `Off-line`, `On-line`; other words are kept as they are, and say nothing of it. */
export function readOnline(text: string): boolean | null {
  const value = word(text).toLowerCase()
  if (/^off-?line$|^не в сети$/.test(value)) return false
  return /^on-?line$|^в сети$/.test(value) ? true : null
}

/** `Открыта (1)`; empty and «Закрыта»: closed. */
export function readShift(text: string): Ukm4Status['shift'] {
  const value = word(text)
  const open = /^Открыта(?:\s*\((\d{1,9})\))?$/i.exec(value)
  if (open !== null) return { open: true, number: open[1] === undefined ? null : Number(open[1]) }
  return value === '' || /^Закрыта/i.test(value) ? { open: false, number: null } : null
}

/** `1 252,05` → `1252.05`. */
export function readSum(text: string): string | null {
  const value = word(text).replaceAll(' ', '').replace(',', '.')
  return /^-?\d{1,15}(\.\d{1,2})?$/.test(value) ? value : null
}

export function readSwitch(text: string): boolean | null {
  const value = word(text).toLowerCase()
  if (/^(включено|вкл|да|1|true|y)$/.test(value)) return true
  return /^(выключено|выкл|нет|0|false|n)$/.test(value) ? false : null
}

/** The cells of the grid, by what the columns are called there. */
export function statusOfCells(cells: {
  readonly state: string
  readonly version: string
  readonly shift: string
  readonly sum: string
  readonly cashier: string
  readonly autoUpdate: string
  readonly download: string
}): Ukm4Status {
  return {
    online: readOnline(cells.state),
    state: orNull(cells.state),
    version: orNull(cells.version, 'Нет данных'),
    shift: readShift(cells.shift),
    sum: readSum(cells.sum),
    cashier: orNull(cells.cashier, '----'),
    autoUpdate: readSwitch(cells.autoUpdate),
    download: orNull(cells.download, 'Нет'),
  }
}
