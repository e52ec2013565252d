/**
 * Reports as CSV for Excel: one row per device, all devices. UTF-8 with a byte order mark (else Excel reads Cyrillic as
 * windows-1251) and CRLF. Excel takes the list separator of Windows: `;` where the comma is the decimal sign, so `;` in
 * Russian and `,` in English. A cell that begins like a formula gets an apostrophe in front, telephone numbers with `+`
 * among them: names and texts come from outside, and a spreadsheet must not run them. Opened by a double click, Excel
 * drops the zeros in front of versions and cash ids; imported as text it keeps them. Programs read the JSON instead.
 */
import { type Options, stringify } from 'csv-stringify/sync'
import type { EveningDevice, EveningReport, EveningStore } from '../rollout/report/evening.ts'
import type { Cause, ReportDevice, ReportScope, ReportStore } from '../rollout/report/facts.ts'
import type { MorningDevice, MorningReport, MorningStore } from '../rollout/report/morning.ts'
import { formatVersion } from '../rollout/versions.ts'
import { oneLine, wordsOf } from '../words/render.ts'
import type { ReportColumn } from '../words/report.ts'
import {
  ageMinutes,
  causeDetails,
  causeLabels,
  causeWords,
  kindLabel,
  minuteTime,
  ownerLabel,
  type ReportOptions,
  stateLabel,
} from './text.ts'

type Row = Partial<Record<ReportColumn, string | number | null>>

const SEPARATORS = { ru: ';', en: ',' } as const

function csvOptions({ language }: ReportOptions): Options {
  return { bom: true, delimiter: SEPARATORS[language], record_delimiter: 'windows', escape_formulas: true }
}

function write(columns: readonly ReportColumn[], rows: readonly Row[], options: ReportOptions): string {
  const words = wordsOf(options.language)
  const heads = columns.map((column) => words.report.columns[column])
  const cells = rows.map((row) =>
    columns.map((column) => {
      const value = row[column] ?? ''
      return typeof value === 'string' ? oneLine(value) : value
    }),
  )
  return stringify([heads, ...cells], csvOptions(options))
}

const version = (value: number | null): string => (value === null ? '' : formatVersion(value))

/** Store, device and what is known of it: the same in both reports. */
function deviceCells(
  scope: ReportScope,
  store: ReportStore,
  device: ReportDevice & { readonly causes: readonly Cause[] },
  options: ReportOptions,
): Row {
  const { language } = options
  const words = wordsOf(language)
  const time = (at: number | null): string => minuteTime(language, at, store.timeZone)
  const [main, ...rest] = device.causes
  return {
    store: store.code,
    storeName: store.name,
    phone: store.phone,
    timeZone: store.timeZone,
    cashId: device.cashId,
    number: device.number,
    device: device.name,
    kind: kindLabel(words, device.kind),
    state: stateLabel(words, device.state),
    reason: main === undefined ? '' : causeWords(language, main).label,
    alsoReasons: causeLabels(language, rest),
    details: main === undefined ? '' : causeDetails(words, main, store.timeZone),
    advice: main === undefined ? '' : causeWords(language, main).advice,
    who: ownerLabel(words, main?.owner ?? null),
    since: time(main?.since ?? null),
    readAt: time(device.readAt),
    readAgeMinutes: ageMinutes(scope.madeAt, device.readAt),
    source: device.source,
    askedAt: time(device.askedAt),
    toVersion: version(scope.rollout.toVersion),
    madeAt: time(scope.madeAt),
  }
}

const EVENING: readonly ReportColumn[] = [
  'store',
  'storeName',
  'phone',
  'timeZone',
  'windowFrom',
  'windowTo',
  'latestStart',
  'fits',
  'cashId',
  'number',
  'device',
  'kind',
  'group',
  'state',
  'reason',
  'details',
  'alsoReasons',
  'advice',
  'who',
  'since',
  'readAt',
  'readAgeMinutes',
  'source',
  'askedAt',
  'toVersion',
  'madeAt',
]

function eveningCells(
  report: EveningReport,
  store: EveningStore,
  device: EveningDevice,
  options: ReportOptions,
): Row {
  const { report: words } = wordsOf(options.language)
  const { texts } = words
  const time = (at: number | null): string => minuteTime(options.language, at, store.timeZone)
  return {
    ...deviceCells(report, store, device, options),
    windowFrom: time(store.windowFrom),
    windowTo: time(store.windowTo),
    latestStart: time(store.latestStart),
    fits: store.fits === null ? texts.fitUnknown : store.fits ? texts.fits : texts.doesNotFit,
    group: words.eveningGroups[device.group].label,
  }
}

/** @returns text that begins with a byte order mark: write it as UTF-8 */
export function eveningCsv(report: EveningReport, options: ReportOptions): string {
  const rows = report.stores.flatMap((store) =>
    store.devices.map((device) => eveningCells(report, store, device, options)),
  )
  return write(EVENING, rows, options)
}

const MORNING: readonly ReportColumn[] = [
  'store',
  'storeName',
  'phone',
  'timeZone',
  'opensAt',
  'storeStatus',
  'cashId',
  'number',
  'device',
  'kind',
  'group',
  'state',
  'reason',
  'details',
  'alsoReasons',
  'advice',
  'who',
  'since',
  'fromVersion',
  'toVersion',
  'runningVersion',
  'updatedAt',
  'firstReceipt',
  'lastReceipt',
  'provenAt',
  'readAt',
  'readAgeMinutes',
  'source',
  'askedAt',
  'madeAt',
]

function morningCells(
  report: MorningReport,
  store: MorningStore,
  device: MorningDevice,
  options: ReportOptions,
): Row {
  const { report: words } = wordsOf(options.language)
  const { texts, morningGroups, firstReceipt } = words
  const time = (at: number | null): string => minuteTime(options.language, at, store.timeZone)
  const { opensAt } = store
  return {
    ...deviceCells(report, store, device, options),
    opensAt: opensAt === 'always' ? texts.alwaysOpen : time(opensAt),
    storeStatus: store.isSilent ? texts.silent : morningGroups[store.worst].label,
    group: morningGroups[device.group].label,
    fromVersion: version(device.fromVersion),
    runningVersion: version(device.runningVersion),
    updatedAt: time(device.finishedAt),
    firstReceipt: device.firstReceipt === null ? '' : firstReceipt[device.firstReceipt].label,
    lastReceipt: time(device.lastReceiptAt),
    provenAt: time(device.provenAt),
  }
}

/** @returns text that begins with a byte order mark: write it as UTF-8 */
export function morningCsv(report: MorningReport, options: ReportOptions): string {
  const rows = report.stores.flatMap((store) =>
    store.devices.map((device) => morningCells(report, store, device, options)),
  )
  return write(MORNING, rows, options)
}
