/** A shop of real parts as the head office's rows know it. */
import { copyFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { addPackage } from '../../src/db/packages.ts'
import type { Step } from '../../src/rollout/due.ts'
import { parseVersion } from '../../src/rollout/versions.ts'
import { alwaysNight } from '../../src/sim/inventory.ts'
import type { MadePackage } from '../nightctl/support.ts'
import { importInventory, type Office } from '../support/office.ts'
import { until } from '../support/until.ts'
import type { Shop, ShopTill } from './shop.ts'

/** What a device's row says otherwise than the device is. */
export interface RowChange {
  readonly cashId?: string
  readonly name?: string
  readonly agent?: string
  readonly hostKeys?: readonly string[]
}

const deviceOf = (till: ShopTill, number: number, change: RowChange) => ({
  kind: 'till',
  cashId: till.cashId,
  number,
  name: `Терминал №${number}`,
  ...till.endpoint(),
  agent: till.nightctl,
  blocked: false,
  ...change,
})

/** Imports the shop as store 1; changes by cash id of the till. */
export function enrol(office: Office, shop: Shop, changes: Readonly<Record<string, RowChange>> = {}) {
  const store = {
    ...shop.store,
    code: '1',
    name: 'Магазин №1',
    timeZone: 'Europe/Moscow',
    phone: null,
    packageFolder: shop.packageFolder,
    packageUrl: shop.packageUrl,
    maxInstalls: 2,
    calendar: alwaysNight,
    devices: shop.tills.map((till, i) => deviceOf(till, i + 1, changes[till.cashId] ?? {})),
  }
  return importInventory(office, { stores: [store] })
}

/** Puts a built package into the head office, as an upload would. @returns its id */
export async function keepPackage(office: Office, made: MadePackage): Promise<string> {
  copyFileSync(made.file, path.join(office.config.packagesFolder, `${made.sha256}.pkg`))
  const version = parseVersion(made.version) ?? Number.NaN
  const { size, sha256 } = made
  const row = await addPackage(
    office.db,
    { kind: 'till', version, fileName: path.basename(made.file), size, sha256 },
    'test',
  )
  if (row === undefined) throw new Error(`${made.version} is there already`)
  return row.id
}

/** Of policies: real services take their time to start on a machine that is slow. */
export const unhurried = { restartSeconds: 80 } as const

/** Why jobs of a queue failed, as its board shows them. A job ends a moment after its row: `count` are waited for. */
export async function failedJobs(office: Office, step: Step, count = 0): Promise<string[]> {
  const read = () => office.queues.queue(step).getFailed()
  const label = `${count} jobs of ${step} have failed`
  await until(async () => (await read()).length >= count, { within: 60_000, label })
  return (await read()).map((job) => job.failedReason).sort()
}

/** Names of files and folders at any depth; what goes away meanwhile is gone. */
export function namesBelow(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
      entry.isDirectory() ? [entry.name, ...namesBelow(path.join(folder, entry.name))] : [entry.name],
    )
  } catch {
    return []
  }
}
