/**
 * Reports as JSON for programs: the shape of the pure report under a `format` that changes when a member goes or changes
 * its meaning. Times are ISO 8601 in UTC, versions eight digits, unknown is null; codes, never sentences.
 */
import type { EveningReport } from '../rollout/report/evening.ts'
import type { MorningReport } from '../rollout/report/morning.ts'
import { formatVersion } from '../rollout/versions.ts'

/** Members that hold a time (milliseconds since 1970), by their names in the facts. */
const TIMES = [
  'madeAt',
  'startedAt',
  'finishedAt',
  'windowFrom',
  'windowTo',
  'latestStart',
  'readAt',
  'askedAt',
  'knownSince',
  'since',
  'oldestReadAt',
  'opensAt',
  'stateSince',
  'lastReceiptAt',
  'confirmedAt',
  'provenAt',
] as const
/** Members that hold a version as a number. */
const VERSIONS = ['toVersion', 'fromVersion', 'runningVersion'] as const
/** Free by their nature: as the device's check gave them. */
const AS_THEY_ARE = 'params'

type TextKey = (typeof TIMES)[number] | (typeof VERSIONS)[number]

/** A report with times and versions as text; `opensAt` keeps `always`. */
export type Json<T> = T extends readonly (infer One)[]
  ? readonly Json<One>[]
  : T extends object
    ? {
        readonly [K in keyof T]: K extends TextKey
          ? Exclude<T[K], number> | (number extends Extract<T[K], number> ? string : never)
          : Json<T[K]>
      }
    : T

export type EveningJson = { readonly format: 'nightshift/evening/1' } & Json<EveningReport>
export type MorningJson = { readonly format: 'nightshift/morning/1' } & Json<MorningReport>

const times: ReadonlySet<string> = new Set(TIMES)
const versions: ReadonlySet<string> = new Set(VERSIONS)

function converted(key: string, value: unknown): unknown {
  if (key === AS_THEY_ARE || value === null || typeof value === 'string') return value
  if (typeof value === 'number') return numberAs(key, value)
  if (Array.isArray(value)) return value.map((one) => converted('', one))
  if (typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, converted(name, inner)]))
}

function numberAs(key: string, value: number): unknown {
  if (times.has(key)) return new Date(value).toISOString()
  return versions.has(key) ? formatVersion(value) : value
}

export const eveningJson = (report: EveningReport): EveningJson =>
  ({ format: 'nightshift/evening/1', ...(converted('', report) as object) }) as EveningJson

export const morningJson = (report: MorningReport): MorningJson =>
  ({ format: 'nightshift/morning/1', ...(converted('', report) as object) }) as MorningJson
