/**
 * A backup is one gzip of lines: a head, then `table [rows]`, then an end with the count. It is one snapshot of the
 * database while everything runs; of the embedded PostgreSQL, which has no pg_dump, it is the only one there is.
 */
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { createGzip } from 'node:zlib'
import pg from 'pg'

export const FORMAT = 1
const ROWS_AT_ONCE = 500

/** What is over with the machine that it was of: who is signed in, who works, what is half asked. */
const PASSING = [
  '_prisma_migrations',
  'worker_node',
  'session',
  'sign_in_failure',
  'oidc_request',
  'idempotency_key',
]

export interface BackupHead {
  readonly nightshift: 'backup'
  readonly format: number
  /** ISO 8601, of the database's clock. */
  readonly at: string
  /** By name, oldest first. */
  readonly migrations: readonly string[]
  /** Each after those that it refers to. */
  readonly tables: readonly string[]
}

export interface BackupCounts {
  readonly at: string
  readonly rows: number
  readonly tables: number
}

interface Reference {
  readonly table: string
  readonly refersTo: string | null
}

/** Tables of ours and what they refer to; a table that refers to itself is told without it. */
const REFERENCES = `
SELECT c.relname AS table, r.relname AS "refersTo" FROM pg_class c
LEFT JOIN pg_constraint k ON k.conrelid = c.oid AND k.contype = 'f' AND k.confrelid <> c.oid
LEFT JOIN pg_class r ON r.oid = k.confrelid
WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND NOT (c.relname = ANY($1::text[])) ORDER BY c.relname`

/** @throws Error when tables refer to each other in a ring, which ours do not */
function inOrder(references: readonly Reference[]): string[] {
  const left = new Set(references.map((one) => one.table))
  const order: string[] = []
  while (left.size > 0) {
    const free = [...left].filter((table) =>
      references.every((one) => one.table !== table || one.refersTo === null || !left.has(one.refersTo)),
    )
    if (free.length === 0) throw new Error(`tables refer to each other: ${[...left].join(', ')}`)
    for (const table of free) left.delete(table)
    order.push(...free)
  }
  return order
}

/** Every table that a backup holds, in the order in which they can be filled. */
export async function backupTables(client: pg.ClientBase): Promise<string[]> {
  return inOrder((await client.query<Reference>(REFERENCES, [PASSING])).rows)
}

export async function readMigrationNames(client: pg.ClientBase): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    'SELECT migration_name AS name FROM _prisma_migrations WHERE finished_at IS NOT NULL ORDER BY migration_name',
  )
  return rows.map((row) => row.name)
}

async function readHead(client: pg.ClientBase): Promise<BackupHead> {
  const { rows } = await client.query<{ at: Date }>('SELECT now() AS at')
  return {
    nightshift: 'backup',
    format: FORMAT,
    at: (rows[0]?.at ?? new Date(0)).toISOString(),
    migrations: await readMigrationNames(client),
    tables: await backupTables(client),
  }
}

/** Rows as the text that PostgreSQL makes of them: no number loses a digit on its way. */
async function* rowsOf(client: pg.ClientBase, table: string): AsyncGenerator<string[]> {
  const name = pg.escapeIdentifier(table)
  const hasDate = await client.query(
    "SELECT 1 FROM pg_attribute WHERE attrelid = $1::regclass AND attname = 'created_at'",
    [name],
  )
  // What refers to its own table refers to something older.
  const order = hasDate.rowCount === 0 ? '' : ' ORDER BY t.created_at'
  await client.query(`DECLARE rows CURSOR FOR SELECT to_jsonb(t)::text AS row FROM ${name} t${order}`)
  for (;;) {
    const { rows } = await client.query<{ row: string }>(`FETCH ${ROWS_AT_ONCE} FROM rows`)
    if (rows.length === 0) break
    yield rows.map((one) => one.row)
  }
  await client.query('CLOSE rows')
}

async function write(client: pg.ClientBase, line: (text: string) => Promise<void>): Promise<BackupCounts> {
  const head = await readHead(client)
  await line(JSON.stringify(head))
  let rows = 0
  for (const table of head.tables) {
    for await (const batch of rowsOf(client, table)) {
      await line(`${table} [${batch.join(',')}]`)
      rows += batch.length
    }
  }
  await line(JSON.stringify({ end: true, rows }))
  return { at: head.at, rows, tables: head.tables.length }
}

async function syncPath(name: string): Promise<void> {
  const handle = await open(name, 'r')
  await handle.sync().finally(() => handle.close())
}

/** Writes one snapshot beside `file`, and gives it the name when all of it lies on the disk. Mode 0600: it holds hashes. */
export async function writeBackup(url: string, file: string): Promise<BackupCounts> {
  const client = new pg.Client({ connectionString: url, application_name: 'nightshift backup' })
  const part = `${file}.part`
  const gzip = createGzip()
  const written = gzip.pipe(createWriteStream(part, { mode: 0o600 }))
  const failed = Promise.race([once(gzip, 'error'), once(written, 'error')]).then(([error]) => {
    throw error
  })
  failed.catch(() => {})
  const line = async (text: string) => {
    if (!gzip.write(`${text}\n`)) await Promise.race([once(gzip, 'drain'), failed])
  }
  try {
    await client.connect()
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
    const counts = await write(client, line)
    gzip.end()
    await Promise.race([once(written, 'close'), failed])
    await syncPath(part)
    await rename(part, file)
    await syncPath(path.dirname(path.resolve(file)))
    return counts
  } catch (error) {
    gzip.destroy()
    written.destroy()
    await rm(part, { force: true })
    throw error
  } finally {
    await client.end()
  }
}
