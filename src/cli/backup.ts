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

function tellNext({ paused, schedules }: Restored, say: Say): void {
  if (paused.length === 0) say('Nothing was under way in it.')
  else {
    say('These were under way or approved in it and are paused now. Look at their devices; then, for each:')
    say('  nightshift rollout resume ID    or, where it was stopped since:    nightshift rollout stop ID')
    for (const { id, name, was } of paused)
      say(`  ${id} ${name}${was === 'scheduled' ? ' (approved for later)' : ''}`)
  }
  if (schedules.length > 0)
    say(`Rollouts come of these schedules by themselves; end what was ended since: ${schedules.join(', ')}`)
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
