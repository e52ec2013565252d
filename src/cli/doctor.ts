/** `nightshift doctor`: everything that a new installation gets wrong, looked at once. It changes nothing. */
import pg from 'pg'
import { ConfigError, loadConfig } from '../config.ts'
import { findEmbedded, hasEmbedded, startEmbedded } from '../db/embedded.ts'
import { type Check, type Finding, fail, type Grade, type Ground, inWords, skipped } from './doctor/check.ts'
import { databaseChecks } from './doctor/database.ts'
import { fleetChecks } from './doctor/fleet.ts'
import { machineChecks } from './doctor/machine.ts'
import { pageCheck } from './doctor/page.ts'
import { processChecks } from './doctor/processes.ts'
import { redisChecks } from './doctor/redis.ts'

export const checks: readonly Check[] = [
  ...machineChecks,
  pageCheck(),
  ...databaseChecks,
  ...redisChecks,
  ...processChecks,
  ...fleetChecks,
]

export interface Looked {
  readonly id: string
  readonly title: string
  readonly findings: readonly Finding[]
}

const CONNECT_MS = 10_000
/** Nothing was started yet: looking must not make a database. */
const empty = { client: undefined, databaseProblem: undefined }

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_MS,
    statement_timeout: CONNECT_MS,
    application_name: 'nightshift doctor',
  })
  client.on('error', () => {})
  await client.connect()
  return client
}

/** Names no password: a connection's address is not printed. */
async function openGround(config: Ground['config']): Promise<Ground & { close(): Promise<void> }> {
  let stop = async () => {}
  let isAlone = false
  try {
    let url = config.databaseUrl ?? (await findEmbedded(config.dataFolder))
    if (url === undefined) {
      if (!(await hasEmbedded(config.dataFolder))) return { ...empty, config, isAlone: true, close: stop }
      const started = await startEmbedded({ folder: config.dataFolder })
      ;({ url, stop } = started)
      isAlone = true
    }
    const client = await connect(url)
    const close = async () => {
      await client.end().catch(() => {})
      await stop()
    }
    return { config, client, databaseProblem: undefined, isAlone, close }
  } catch (error) {
    return { config, client: undefined, databaseProblem: inWords(error), isAlone, close: stop }
  }
}

async function lookAt(check: Check, ground: Ground): Promise<Looked> {
  const { id, title } = check
  if (check.needsDatabase === true && ground.client === undefined)
    return {
      id,
      title,
      findings: [
        skipped(ground.databaseProblem === undefined ? 'there is no data yet' : 'needs the database'),
      ],
    }
  try {
    return { id, title, findings: await check.look(ground) }
  } catch (error) {
    // Tables of another version, most of all: what is missing is told by its own check.
    return { id, title, findings: [skipped(`cannot be looked at: ${inWords(error)}`)] }
  }
}

/** Looks at everything. @param env the settings to look at */
export async function examine(env?: Record<string, string | undefined>): Promise<Looked[]> {
  let config: Ground['config']
  try {
    config = loadConfig(env)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    const findings = [
      fail(error.message, 'mend these variables; .env.example has every one with its meaning'),
    ]
    return [{ id: 'settings', title: 'Settings', findings }]
  }
  const ground = await openGround(config)
  try {
    const looked: Looked[] = []
    for (const check of checks) looked.push(await lookAt(check, ground))
    return looked
  } finally {
    await ground.close()
  }
}

const MARK: Readonly<Record<Grade, string>> = { ok: '✓', warn: '!', fail: '✗', skipped: '–' }

/** One line for each finding, its mending below it. */
export function doctorLines(looked: readonly Looked[]): string[] {
  const width = Math.max(...looked.map(({ title }) => title.length))
  const lines = looked.flatMap(({ title, findings }) =>
    findings.flatMap(({ grade, says, mend }) => [
      `${MARK[grade]} ${title.padEnd(width)}  ${says}`,
      ...(mend === undefined ? [] : [`  ${' '.repeat(width)}  → ${mend}`]),
    ]),
  )
  const count = (grade: Grade) =>
    looked.flatMap((one) => one.findings).filter((one) => one.grade === grade).length
  return [...lines, '', `${count('fail')} to mend, ${count('warn')} to look at`]
}

/** @returns whether nothing has to be mended */
export async function doctorCommand(
  env: Record<string, string | undefined> | undefined,
  isJson: boolean,
  print: (text: string) => void,
): Promise<boolean> {
  const looked = await examine(env)
  print(isJson ? JSON.stringify(looked, null, 2) : doctorLines(looked).join('\n'))
  return !looked.some(({ findings }) => findings.some(({ grade }) => grade === 'fail'))
}
