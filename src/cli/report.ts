import type { Config } from '../config.ts'
import { openDatabase } from '../db/database.ts'
import { type AskedAnswer, askReport } from '../db/report-request.ts'
import { type ReportKind, reportKinds } from '../db/report-rollouts.ts'
import { type ReportFormat, reportFormats, writeReport } from '../report/write.ts'
import { type Language, languages } from '../words/catalogue.ts'
import { anyDatabase } from './database.ts'
import { CommandFailed } from './errors.ts'
import { isId } from './remote/values.ts'

export interface ReportArguments {
  readonly format?: string
  readonly language?: string
  /** Id of a rollout; left out: the only one there is. */
  readonly rollout?: string
  /** Only stores of this zone. */
  readonly zone?: string
}

function oneOf<T extends string>(what: string, known: readonly T[], value: string): T {
  const found = known.find((one) => one === value)
  if (found === undefined) throw new CommandFailed(`${what} is one of ${known.join(', ')}`)
  return found
}

function explain(answer: Exclude<AskedAnswer, { ok: true }>): string {
  switch (answer.why) {
    case 'rolloutUnknown':
      return 'there is no such rollout, or nobody has approved it'
    case 'timeZoneUnknown':
      return 'no store is in this time zone'
    case 'nothingToReport':
      return 'no rollout is under way, or was last night'
    case 'rolloutNeeded':
      return [
        'there are several; say which by --rollout ID:',
        ...answer.rollouts.map(({ id, name }) => `  ${id}  ${name}`),
      ].join('\n')
  }
}

interface Wanted {
  readonly kind: ReportKind
  readonly format: ReportFormat
  readonly language: Language
}

function wantedOf(config: Config, kind: string, given: ReportArguments): Wanted {
  if (given.rollout !== undefined && !isId(given.rollout)) throw new CommandFailed('--rollout is an id')
  return {
    kind: oneOf('a report', reportKinds, kind),
    format: oneOf('--format', reportFormats, given.format ?? 'json'),
    language: oneOf('--language', languages, given.language ?? config.language),
  }
}

/** Prints a report of this moment; nothing is kept. @throws CommandFailed */
export async function reportCommand(
  config: Config,
  kind: string,
  given: ReportArguments,
  print: (text: string) => void,
): Promise<void> {
  const wanted = wantedOf(config, kind, given)
  const opened = await anyDatabase(config)
  const db = openDatabase(opened.url)
  try {
    const { rollout: rolloutId, zone: timeZone } = given
    const answer = await askReport(db, { kind: wanted.kind, rolloutId, timeZone, now: Date.now() })
    if (!answer.ok) throw new CommandFailed(explain(answer))
    const { language, format } = wanted
    const options = { language, timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone }
    print(writeReport(answer.report, format, options).text)
  } finally {
    await db.close()
    await opened.stop()
  }
}
