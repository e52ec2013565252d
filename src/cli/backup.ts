/** backup, restore, after-restore: the truth in one file, and back. */
import { stat } from 'node:fs/promises'
import path from 'node:path'
import pg from 'pg'
import type { Config } from '../config.ts'
import { type Restored, settleRestored } from '../db/after-restore.ts'
import { writeBackup } from '../db/backup.ts'
import { inTransactionOn } from '../db/database.ts'
import { missingPackages } from '../db/packages-missing.ts'
import { RestoreFailed, restoreBackup } from '../db/restore.ts'
import { anyDatabase } from './database.ts'
import { CommandFailed } from './errors.ts'

type Say = (line: string) => void

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, application_name: 'nightshift restore' })
  try {
    await client.connect()
    return await work(client)
  } finally {
    await client.end()
  }
}

export async function backupCommand(config: Config, file: string, say: Say): Promise<void> {
  const opened = await anyDatabase(config)
  try {
    const { rows, tables, at } = await writeBackup(opened.url, file)
    const { size } = await stat(file)
    say(`${file}: ${rows} rows of ${tables} tables as of ${at}, ${Math.ceil(size / 1024)} KiB`)
    say(`Packages are files of their own: copy ${config.packagesFolder} and ${config.keysFolder} too.`)
  } finally {
    await opened.stop()
  }
}

async function tellPackages(url: string, config: Config, say: Say): Promise<void> {
  const missing = await withClient(url, (client) => missingPackages(client, config.packagesFolder))
  if (missing.length === 0) return
  say(`These packages are known and their files are not in ${config.packagesFolder}; add them again:`)
  for (const one of missing) say(`  ${one.kind} ${one.version} ${path.basename(one.file)}`)
}

function tellNext({ paused, scheduled }: Restored, say: Say): void {
  say(
    paused === 0
      ? 'Nothing was under way in it.'
      : `${paused} rollouts were under way in it and are paused now: look at their devices, then resume them.`,
  )
  if (scheduled.length > 0)
    say(
      `These are approved and begin by themselves; stop what was stopped since:\n  ${scheduled.join('\n  ')}`,
    )
}

export async function restoreCommand(config: Config, file: string, say: Say): Promise<void> {
  const opened = await anyDatabase(config)
  try {
    const done = await restoreBackup(opened.url, file)
    say(
      `${done.rows} rows as of ${done.at} are back; the generations of ${done.devices} devices were raised.`,
    )
    tellNext(done, say)
    await tellPackages(opened.url, config, say)
  } catch (error) {
    if (error instanceof RestoreFailed)
      throw new CommandFailed(`nothing was changed: ${error.code}: ${error.message}`)
    throw error
  } finally {
    await opened.stop()
  }
}

/** For a database that was put back by other means: pg_restore, a copy of its folder, a snapshot of its disk. */
export async function afterRestoreCommand(config: Config, say: Say): Promise<void> {
  const opened = await anyDatabase(config)
  try {
    const settle = (client: pg.Client) => inTransactionOn(client, () => settleRestored(client, 'elsewhere'))
    const done = await withClient(opened.url, settle)
    say(`The generations of ${done.devices} devices were raised.`)
    tellNext(done, say)
  } finally {
    await opened.stop()
  }
}
