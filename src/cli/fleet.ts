/** `nightshift fleet …`: a fleet from a file or from another head office, and back into a file. On the database of this machine, or elsewhere by the API. */
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Command } from 'commander'
import { type Config, loadConfig } from '../config.ts'
import { type Database, openDatabase } from '../db/database.ts'
import { applyFleet, compareWithFleet, FleetRefused } from '../db/fleet.ts'
import { readInventory } from '../db/fleet-state.ts'
import type { FleetDefaults } from '../fleet/check.ts'
import { readDefaults } from '../fleet/defaults.ts'
import type { ImportMode } from '../fleet/diff.ts'
import { type Faults, faultLine } from '../fleet/faults.ts'
import { type FileStore, type FleetFormat, fleetFormats } from '../fleet/file.ts'
import { formatOf, readFleet } from '../fleet/read.ts'
import { fleetCsv } from '../fleet/write-csv.ts'
import { anyDatabase } from './database.ts'
import { CommandFailed } from './errors.ts'
import { changes, mayApply, previewText } from './fleet-preview.ts'
import { clientOf, type Elsewhere, exportThere, previewAndApplyThere } from './fleet-remote.ts'

export interface ImportArguments extends Elsewhere {
  readonly format?: string
  readonly defaults?: string
  readonly preview?: boolean
  readonly replace?: boolean
  readonly yes?: boolean
  readonly json?: boolean
}

const ACTOR = 'command line'

export async function withDatabase<T>(config: Config, work: (db: Database) => Promise<T>): Promise<T> {
  const opened = await anyDatabase(config)
  const db = openDatabase(opened.url)
  try {
    return await work(db)
  } finally {
    await db.close()
    await opened.stop()
  }
}

export function refuseFile(file: string, { list, more }: Faults): never {
  const rest = more === 0 ? [] : [`and ${more} more`]
  const lines = list.map((fault) => faultLine(file, fault))
  throw new CommandFailed([`${file} was not imported; nothing was changed:`, ...lines, ...rest].join('\n  '))
}

export async function defaultsFrom(file: string | undefined): Promise<FleetDefaults> {
  if (file === undefined) return {}
  const text = await readFile(file, 'utf8').catch((error: Error) =>
    Promise.reject(new CommandFailed(error.message)),
  )
  const read = readDefaults(text)
  if (!read.ok) throw new CommandFailed(`${file}: ${read.why}`)
  return read.defaults
}

function formatFor(file: string, given: string | undefined): FleetFormat {
  const format = given ?? formatOf(file)
  const known = fleetFormats.find((one) => one === format)
  if (known === undefined)
    throw new CommandFailed(`${file}: say --format ${fleetFormats.join(', ')}: its name does not tell`)
  return known
}

/** Reads a file of any format. @throws CommandFailed with every fault and its line */
async function readFleetFile(file: string, options: Pick<ImportArguments, 'format' | 'defaults'>) {
  const format = formatFor(file, options.format)
  const bytes = await readFile(file).catch((error: Error) => Promise.reject(new CommandFailed(error.message)))
  const read = readFleet(bytes, { format, defaults: await defaultsFrom(options.defaults) })
  return read.ok ? read : refuseFile(path.basename(file), read.faults)
}

/** Shows what would change, asks, and applies just that. */
export async function previewAndApply(
  db: Database,
  stores: readonly FileStore[],
  options: ImportArguments,
): Promise<void> {
  const mode: ImportMode = options.replace === true ? 'replace' : 'merge'
  const shown = await compareWithFleet(db.pool, stores, mode)
  console.log(options.json === true ? JSON.stringify(shown) : previewText(shown))
  if (options.preview === true || changes(shown) === 0) return
  if (shown.refusals.length > 0) throw new CommandFailed('nothing was changed: see what is refused')
  if (!(await mayApply(shown, options))) throw new CommandFailed('nothing was changed')
  const applied = await applyFleet(db, { stores, mode, shown, actor: ACTOR }).catch((error: unknown) => {
    throw error instanceof FleetRefused ? new CommandFailed(`nothing was changed: ${error.message}`) : error
  })
  if (!applied.ok)
    throw new CommandFailed(
      `nothing was changed: the fleet is another one by now (${applied.changed.slice(0, 10).join(', ')})`,
    )
  if (options.json !== true) console.log('applied')
}

async function importFile(file: string, options: ImportArguments): Promise<void> {
  const { stores, notes } = await readFleetFile(file, options)
  for (const { code, line, value } of notes)
    console.error(`${file}${line === null ? '' : `:${line}`}: ${code} ${value}`)
  const elsewhere = clientOf(options)
  if (elsewhere !== undefined) return previewAndApplyThere(await elsewhere, stores, options)
  await withDatabase(loadConfig(), (db) => previewAndApply(db, stores, options))
}

interface ExportArguments extends Elsewhere {
  readonly format: string
  readonly output?: string
}

async function fleetText(options: ExportArguments): Promise<string> {
  const elsewhere = clientOf(options)
  if (elsewhere !== undefined) return exportThere(await elsewhere, options.format)
  const stores = await withDatabase(loadConfig(), (db) => readInventory(db.pool, null))
  return options.format === 'csv' ? fleetCsv(stores) : `${JSON.stringify({ stores }, null, 2)}\n`
}

async function exportFile(options: ExportArguments): Promise<void> {
  if (options.format !== 'json' && options.format !== 'csv') throw new CommandFailed('--format json or csv')
  const text = await fleetText(options)
  if (options.output === undefined) process.stdout.write(text)
  else await writeFile(options.output, text)
}

/** What every way into the fleet has. */
const importOptions = (command: Command): Command =>
  command
    .option(
      '--defaults <file>',
      'what is said of stores and devices that do not say it themselves (JSON or YAML)',
    )
    .option('--preview', 'only show what would change')
    .option('--replace', 'take out of the fleet what is not named')
    .option('--yes', 'apply without being asked')
    .option('--json', 'print what would change as one JSON object')

/** Left out: the database of this machine. */
const elsewhereOptions = (command: Command): Command =>
  command
    .option(
      '--server <url>',
      'a head office elsewhere (NIGHTSHIFT_SERVER); left out: the database of this machine',
    )
    .option('--token-file <file>', 'holds the token for it (NIGHTSHIFT_TOKEN, NIGHTSHIFT_TOKEN_FILE)')

export function addFleet(program: Command): void {
  const fleet = program.command('fleet').description('stores and devices, in and out')
  elsewhereOptions(
    importOptions(
      fleet
        .command('import')
        .description('add or change stores and devices from a file: all of it or nothing')
        .argument('<file>', 'JSON, CSV, or an Ansible inventory (INI, YAML, ansible-inventory --list)')
        .option('--format <format>', fleetFormats.join(', ')),
    ),
  ).action(importFile)
  elsewhereOptions(
    fleet.command('export').description('everything in the fleet, as a file that can be imported again'),
  )
    .option('--format <format>', 'json or csv', 'json')
    .option('--output <file>', 'left out: standard output')
    .action(exportFile)
  importOptions(
    fleet
      .command('ukm4')
      .description(
        'stores, tills and what is known of them from a UKM 4 head office; nothing is written there',
      )
      .option('--mysql <url>', 'mysql://user@host:3306/database')
      .option('--password-file <file>', 'holds the password of that user')
      .option('--columns <file>', 'what its tables and columns are called (JSON or YAML)')
      .option('--page <url>', 'its pages, instead: https://host/index.php')
      .option('--credential-file <file>', 'one line: cookie: NAME=VALUE, or basic: user:password')
      .option(
        '--store <stores...>',
        'of --page: the stores to read, CODE or CODE=ID as its selector calls them',
      )
      .option('--store-parameter <name>', 'of --page: what its selector sends', 'store')
      .option('--sightings', 'only keep what it says of tills that are here already'),
  ).action(async (options) => (await import('./ukm4.ts')).ukm4Command(loadConfig(), options))
}
