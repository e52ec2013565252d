/** Fills an empty database from a backup: all of it, or nothing. */
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { createGunzip } from 'node:zlib'
import pg from 'pg'
import { type Restored, settleRestored } from './after-restore.ts'
import { type BackupHead, backupTables, FORMAT, readMigrationNames } from './backup.ts'
import { inTransactionOn } from './database.ts'

/** Thrown before anything is written, or with everything undone. */
export class RestoreFailed extends Error {
  readonly code: 'noBackup' | 'truncated' | 'otherVersion' | 'notEmpty'

  constructor(code: RestoreFailed['code'], detail: string, cause?: unknown) {
    super(detail, { cause })
    this.code = code
  }
}

/** Of a file that is cut off, gzip says so. */
async function* linesOf(file: string): AsyncGenerator<string> {
  const source = createReadStream(file)
  const text = source.pipe(createGunzip())
  source.on('error', (error) => text.destroy(error))
  try {
    yield* createInterface({ input: text, crlfDelay: Number.POSITIVE_INFINITY })
  } finally {
    source.destroy()
  }
}

function headOf(line: string): BackupHead {
  try {
    const head = JSON.parse(line) as Partial<BackupHead>
    if (head.nightshift === 'backup' && head.format === FORMAT) return head as BackupHead
  } catch {
    // no JSON: no backup either
  }
  throw new RestoreFailed('noBackup', 'the file is no backup of Nightshift, or of a format not known here')
}

/** Reads the file to its end. @throws RestoreFailed noBackup, truncated */
async function checkFile(file: string): Promise<BackupHead> {
  let head: BackupHead | undefined
  let last = ''
  try {
    for await (const line of linesOf(file)) {
      head ??= headOf(line)
      last = line.slice(0, 200)
    }
  } catch (error) {
    if (error instanceof RestoreFailed) throw error
    const why = error instanceof Error ? error.message : String(error)
    throw new RestoreFailed(head === undefined ? 'noBackup' : 'truncated', why, error)
  }
  if (head === undefined) throw new RestoreFailed('noBackup', 'the file is empty')
  if (!last.startsWith('{"end":true')) throw new RestoreFailed('truncated', 'the file has no end')
  return head
}

async function checkTarget(client: pg.ClientBase, head: BackupHead): Promise<void> {
  const here = await readMigrationNames(client)
  if (JSON.stringify(here) !== JSON.stringify(head.migrations)) {
    const detail = `the backup is of ${head.migrations.at(-1)}, this database of ${here.at(-1)}: restore with the Nightshift that made it, then migrate`
    throw new RestoreFailed('otherVersion', detail)
  }
  for (const table of ['store', 'rollout', 'package', 'app_user']) {
    const { rowCount } = await client.query(`SELECT 1 FROM ${pg.escapeIdentifier(table)} LIMIT 1`)
    if (rowCount !== 0)
      throw new RestoreFailed('notEmpty', `there are rows in ${table}: restore into a new database`)
  }
}

/** Rows that a new installation makes by itself. */
async function clear(client: pg.ClientBase): Promise<void> {
  for (const table of (await backupTables(client)).reverse())
    await client.query(`DELETE FROM ${pg.escapeIdentifier(table)}`)
}

const LINE = /^([a-z_]+) (\[.*\])$/s

async function fill(client: pg.ClientBase, file: string, head: BackupHead): Promise<number> {
  const known = new Set(head.tables)
  let rows = 0
  for await (const line of linesOf(file)) {
    const [, table, batch] = LINE.exec(line) ?? []
    if (table === undefined || batch === undefined || !known.has(table)) continue
    const name = pg.escapeIdentifier(table)
    const done = await client.query(
      `INSERT INTO ${name} SELECT * FROM jsonb_populate_recordset(NULL::${name}, $1::jsonb)`,
      [batch],
    )
    rows += done.rowCount ?? 0
  }
  return rows
}

const SEQUENCES = `
SELECT format('SELECT setval(%L, greatest((SELECT max(%I) FROM %I), 1))', pg_get_serial_sequence(quote_ident(c.relname), a.attname), a.attname, c.relname) AS set
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND pg_get_serial_sequence(quote_ident(c.relname), a.attname) IS NOT NULL`

/**
 * Restores into a migrated database without stores, rollouts, packages and users.
 * @throws RestoreFailed
 */
export async function restoreBackup(
  url: string,
  file: string,
): Promise<{ at: string; rows: number } & Restored> {
  const head = await checkFile(file)
  const client = new pg.Client({ connectionString: url, application_name: 'nightshift restore' })
  await client.connect()
  try {
    return await inTransactionOn(client, async () => {
      await checkTarget(client, head)
      await clear(client)
      const rows = await fill(client, file, head)
      const { rows: sequences } = await client.query<{ set: string }>(SEQUENCES)
      for (const { set } of sequences) await client.query(set)
      const settled = await settleRestored(client, `the backup of ${head.at}`)
      return { at: head.at, rows, ...settled }
    })
  } finally {
    await client.end()
  }
}
