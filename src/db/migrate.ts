/**
 * Migrations by Prisma's own schema engine as WebAssembly from npm: nothing is downloaded, and the rows of
 * `_prisma_migrations` are those of `prisma migrate deploy`. See docs/adr/0002.
 */
import { readdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import { PrismaPg } from '@prisma/adapter-pg'
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils'
import * as engineModule from '@prisma/schema-engine-wasm/schema_engine_bg'
import pg from 'pg'
import type { Executor } from './database.ts'

const folder = path.resolve(import.meta.dirname, '../../prisma')
const filters = { externalTables: [], externalEnums: [] }
/** Two head offices that start together must not migrate together. */
const MIGRATE_LOCK = 7_300_002

/** Node has it; the types of Node 20 without the browser's do not. */
interface WebAssemblyGlobal {
  WebAssembly: {
    instantiate(
      bytes: Uint8Array,
      imports: object,
    ): Promise<{ instance: { exports: Record<string, unknown> } }>
  }
}

let instantiated: Promise<void> | undefined

/** The package is made for bundlers, which import a .wasm; Node 20 must instantiate it by hand. */
function instantiate(): Promise<void> {
  instantiated ??= (async () => {
    const file = path.join(
      path.dirname(createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg')),
      'schema_engine_bg.wasm',
    )
    const { WebAssembly } = globalThis as unknown as WebAssemblyGlobal
    const { instance } = await WebAssembly.instantiate(await readFile(file), {
      './schema_engine_bg.js': engineModule,
    })
    engineModule.__wbg_set_wasm(instance.exports)
    ;(instance.exports.__wbindgen_start as () => void)()
  })()
  return instantiated
}

async function withEngine<T>(
  url: string,
  use: (engine: engineModule.SchemaEngine) => Promise<T>,
): Promise<T> {
  await instantiate()
  // Our own pool, so that no idle connection outlives the migration.
  const pool = new pg.Pool({ connectionString: url, max: 4 })
  const adapter = bindMigrationAwareSqlAdapterFactory(new PrismaPg(pool))
  const schema = await readFile(path.join(folder, 'schema.prisma'), 'utf8')
  const options = { datamodels: [['schema.prisma', schema]] as [string, string][] }
  try {
    const engine = await engineModule.SchemaEngine.new(options, () => {}, adapter)
    return await use(engine).finally(() => engine.free())
  } finally {
    await pool.end()
  }
}

async function readMigrations() {
  const baseDir = path.join(folder, 'migrations')
  const entries = await readdir(baseDir, { withFileTypes: true })
  const names = entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort()
  const migrationDirectories = await Promise.all(
    names.map(async (name) => {
      const value = await readFile(path.join(baseDir, name, 'migration.sql'), 'utf8')
      return { path: name, migrationFile: { path: 'migration.sql', content: { tag: 'ok' as const, value } } }
    }),
  )
  const content = await readFile(path.join(baseDir, 'migration_lock.toml'), 'utf8')
  return {
    baseDir,
    lockfile: { path: 'migration_lock.toml', content },
    shadowDbInitScript: '',
    migrationDirectories,
  }
}

/** Brings our tables up to date. A second run does nothing. Returns what was applied. */
export async function migrate(url: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query('SELECT pg_advisory_lock($1)', [MIGRATE_LOCK])
    const migrationsList = await readMigrations()
    const { appliedMigrationNames } = await withEngine(url, (engine) =>
      engine.applyMigrations({ migrationsList, filters }),
    )
    return appliedMigrationNames
  } finally {
    await client.end()
  }
}

/** Migrations of this Nightshift that the database has not had, and those it had of a later one. */
export async function pendingMigrations(
  on: Executor,
): Promise<{ readonly missing: readonly string[]; readonly newer: readonly string[] }> {
  const ours = (await readMigrations()).migrationDirectories.map((one) => one.path)
  const exists = await on.query("SELECT 1 WHERE to_regclass('public._prisma_migrations') IS NOT NULL")
  if (exists.rowCount === 0) return { missing: ours, newer: [] }
  const { rows } = await on.query<{ name: string }>(
    'SELECT migration_name AS name FROM _prisma_migrations WHERE finished_at IS NOT NULL',
  )
  const had = new Set(rows.map((row) => row.name))
  return {
    missing: ours.filter((name) => !had.has(name)),
    newer: [...had].filter((name) => !ours.includes(name)),
  }
}

/**
 * Each migration keeps the schema it led to. (Reading it back from a database fails in this engine on PostgreSQL 18:
 * "Column type 'char' could not be deserialized".)
 */
async function lastMigratedSchema(): Promise<string | undefined> {
  const { migrationDirectories } = await readMigrations()
  const last = migrationDirectories.at(-1)
  return last && (await readFile(path.join(folder, 'migrations', last.path, 'schema.prisma'), 'utf8'))
}

/**
 * The SQL that leads from the last migration's schema to prisma/schema.prisma, and that schema; undefined: the same.
 * @param url any database: the engine asks it for its version, and writes nothing
 */
export async function diffMigrations(url: string): Promise<{ sql: string; schema: string } | undefined> {
  const schema = await readFile(path.join(folder, 'schema.prisma'), 'utf8')
  const before = await lastMigratedSchema()
  const datamodel = (content: string) => ({
    tag: 'schemaDatamodel' as const,
    files: [{ path: 'schema.prisma', content }],
    configDir: folder,
  })
  const sql = await withEngine(url, async (engine) => {
    const from = before === undefined ? ({ tag: 'empty' } as const) : datamodel(before)
    const result = await engine.diff({ from, to: datamodel(schema), script: true, exitCode: null, filters })
    return result.stdout ?? ''
  })
  return sql.includes('This is an empty migration') || sql.trim() === '' ? undefined : { sql, schema }
}
