/** What the reports say in a language: groups with their meaning, causes of their own, headings. */
import type { EveningGroup } from '../rollout/report/evening.ts'
import type { ReportCause } from '../rollout/report/facts.ts'
import type { FirstReceipt, MorningGroup } from '../rollout/report/morning-judge.ts'
import type { Words } from './labels.ts'

/** `meaning` says what exactly is counted: a number has one meaning. */
export interface Meaning {
  readonly label: string
  readonly meaning: string
}

/** Headings of tables and of the columns of a CSV file. */
export const reportColumns = [
  'store',
  'storeName',
  'phone',
  'timeZone',
  'windowFrom',
  'windowTo',
  'latestStart',
  'fits',
  'opensAt',
  'storeStatus',
  'cashId',
  'number',
  'device',
  'kind',
  'group',
  'state',
  'reason',
  'alsoReasons',
  'details',
  'advice',
  'who',
  'since',
  'readAt',
  'provenAt',
  'readAgeMinutes',
  'source',
  'askedAt',
  'fromVersion',
  'toVersion',
  'runningVersion',
  'updatedAt',
  'firstReceipt',
  'lastReceipt',
  'count',
  'stores',
  'storesByWorst',
  'meaning',
  'now',
  'before',
  'difference',
  'outcome',
  'madeAt',
] as const
export type ReportColumn = (typeof reportColumns)[number]

/** Parameters of a cause that are worth paper, and how they are read. Sums are in the smallest unit (kopecks). */
export const reportParams = {
  name: 'text',
  number: 'count',
  openedAt: 'time',
  minutes: 'minutes',
  days: 'days',
  sum: 'sum',
  unsent: 'count',
  length: 'count',
  flags: 'list',
  ffd: 'text',
  freeBytes: 'bytes',
  neededBytes: 'bytes',
} as const
export type ReportParam = keyof typeof reportParams

/** Sentences and headings between the tables. */
export interface ReportTexts {
  readonly eveningTitle: string
  readonly eveningQuestion: string
  readonly morningTitle: string
  readonly morningQuestion: string
  readonly rollout: string
  readonly version: string
  readonly madeAt: string
  readonly wholeChain: string
  readonly zone: string
  readonly readyOfExpected: string
  readonly expectedMeaning: string
  readonly updatedOfCounted: string
  readonly updatedPercent: string
  readonly countedMeaning: string
  readonly receiptsOfUpdated: string
  readonly oldestReading: string
  readonly source: string
  readonly storesNotTonight: string
  readonly silentStores: string
  readonly silent: string
  readonly worst: string
  readonly reasons: string
  readonly warnings: string
  readonly storesToRing: string
  readonly storesInOrder: string
  readonly quietStores: string
  readonly onOldVersion: string
  readonly apart: string
  readonly outcome: string
  readonly comparison: string
  readonly noComparison: string
  readonly duration: string
  readonly devices: string
  readonly window: string
  readonly noWindow: string
  readonly latestStart: string
  readonly fits: string
  readonly doesNotFit: string
  readonly fitUnknown: string
  readonly opens: string
  readonly alwaysOpen: string
  readonly openingUnknown: string
  readonly noPhone: string
  readonly never: string
  readonly ago: string
  readonly none: string
  readonly warned: string
  readonly notOver: string
}

export interface ReportWords {
  readonly eveningGroups: Readonly<Record<EveningGroup, Meaning>>
  readonly morningGroups: Readonly<Record<MorningGroup, Meaning>>
  readonly firstReceipt: Readonly<Record<FirstReceipt, Meaning>>
  readonly causes: Readonly<Record<ReportCause, Words>>
  readonly owners: Readonly<Record<'network' | 'store' | 'package' | 'us', string>>
  readonly kinds: Readonly<Record<string, string>>
  /** What stands before the value of a parameter. */
  readonly params: Readonly<Record<ReportParam, string>>
  /** Short units: minutes, hours, days, mebibytes. */
  readonly units: readonly [string, string, string, string]
  /** What stands between whole and tenth, in text and in CSV. */
  readonly decimal: string
  readonly columns: Readonly<Record<ReportColumn, string>>
  readonly texts: ReportTexts
}
