/** `nightshift fleet ukm4`: stores and tills from a UKM 4 head office, and what it says of them. */
import { readFile } from 'node:fs/promises'
import { parse } from 'yaml'
import type { Config } from '../config.ts'
import type { Database } from '../db/database.ts'
import { readInventory } from '../db/fleet-state.ts'
import { saveSightings } from '../db/sightings.ts'
import type { FleetDefaults } from '../fleet/check.ts'
import { readMapping } from '../fleet/ukm4/columns.ts'
import { inventoryOfUkm4 } from '../fleet/ukm4/inventory.ts'
import { readUkm4Page } from '../fleet/ukm4/page.ts'
import { readUkm4Sql } from '../fleet/ukm4/sql.ts'
import { Ukm4Failed, type Ukm4Fleet } from '../fleet/ukm4/till.ts'
import { CommandFailed } from './errors.ts'
import { defaultsFrom, type ImportArguments, previewAndApply, refuseFile, withDatabase } from './fleet.ts'

export interface Ukm4Arguments extends ImportArguments {
  readonly mysql?: string
  readonly passwordFile?: string
  readonly columns?: string
  readonly page?: string
  readonly credentialFile?: string
  readonly store?: readonly string[]
  readonly storeParameter?: string
  readonly sightings?: boolean
}

const textOf = (file: string): Promise<string> =>
  readFile(file, 'utf8').catch((error: Error) => Promise.reject(new CommandFailed(error.message)))

/** The first line, without its end: what an editor leaves behind is no part of a secret. */
const secretOf = async (file: string): Promise<string> => (await textOf(file)).split(/\r?\n/, 1)[0] ?? ''

async function fromSql(options: Ukm4Arguments, url: URL): Promise<Ukm4Fleet> {
  if (url.protocol !== 'mysql:' || url.password !== '')
    throw new CommandFailed(
      '--mysql is mysql://user@host:port/database; the password stands in --password-file',
    )
  const mapping = options.columns === undefined ? {} : (parse(await textOf(options.columns)) as unknown)
  const socketPath = url.searchParams.get('socket')
  return readUkm4Sql({
    ...(socketPath === null ? { host: url.hostname, port: Number(url.port || 3306) } : { socketPath }),
    user: decodeURIComponent(url.username),
    password: options.passwordFile === undefined ? '' : await secretOf(options.passwordFile),
    database: decodeURIComponent(url.pathname.slice(1)),
    mapping: readMapping(mapping),
  })
}

async function fromPage(options: Ukm4Arguments, url: URL): Promise<Ukm4Fleet> {
  const { store = [], storeParameter, credentialFile } = options
  if (store.length === 0)
    throw new CommandFailed('--page needs a --store CODE or CODE=ID for each store to read')
  return readUkm4Page({
    url: url.href,
    stores: store.map((one) => {
      const [code = '', id] = one.split('=', 2)
      return { code, ...(id === undefined ? {} : { id }) }
    }),
    ...(storeParameter === undefined ? {} : { storeParameter }),
    ...(credentialFile === undefined ? {} : { credential: await secretOf(credentialFile) }),
  })
}

/** Reads it by SQL or by its page. @throws CommandFailed */
export async function readUkm4(options: Ukm4Arguments): Promise<Ukm4Fleet> {
  const address = options.mysql ?? options.page
  if (address === undefined || (options.mysql !== undefined && options.page !== undefined))
    throw new CommandFailed('say --mysql URL or --page URL, one of them')
  if (!URL.canParse(address)) throw new CommandFailed(`not an address: ${address}`)
  try {
    return await (options.mysql === undefined ? fromPage : fromSql)(options, new URL(address))
  } catch (error) {
    throw error instanceof Ukm4Failed ? new CommandFailed(`${error.code}: ${error.message}`) : error
  }
}

/** What that system does not know of a store stands here already, where the store does. */
async function withKnownStores(db: Database, defaults: FleetDefaults): Promise<FleetDefaults> {
  const known = await readInventory(db.pool, null)
  const own = known.map(({ code, devices: _devices, calendar: _calendar, ...store }) => [
    code,
    { ...store, ...defaults.stores?.[code] },
  ])
  return {
    ...defaults,
    stores: { ...defaults.stores, ...(Object.fromEntries(own) as FleetDefaults['stores']) },
  }
}

export async function keepSightings(db: Database, { source, askedAt, tills }: Ukm4Fleet): Promise<number> {
  const sightings = tills.map(({ cashId, readAt, status }) => ({ cashId, readAt, body: status }))
  return saveSightings(db, source, askedAt, sightings)
}

export async function ukm4Command(config: Config, options: Ukm4Arguments): Promise<void> {
  const fleet = await readUkm4(options)
  for (const { code, value } of fleet.notes) console.error(`${code}: ${value}`)
  await withDatabase(config, async (db) => {
    if (options.sightings !== true) {
      const defaults = await withKnownStores(db, await defaultsFrom(options.defaults))
      const read = inventoryOfUkm4(fleet, defaults)
      if (!read.ok) refuseFile(fleet.source, read.faults)
      await previewAndApply(db, read.stores, options)
    }
    if (options.preview === true) return
    const kept = await keepSightings(db, fleet)
    console.error(`${kept} of ${fleet.tills.length} tills: what ${fleet.source} says of them was kept`)
  })
}
