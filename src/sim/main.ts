/** `nightshift sim`: a fleet to try things on, until it is interrupted. */
import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type Fleet, type FleetOptions, startFleet } from './fleet.ts'
import { newKeyPair } from './keys.ts'

export interface SimOptions extends Partial<Omit<FleetOptions, 'clientKey'>> {
  readonly stores: number
  readonly tills: number
  /** Ends the simulation, as SIGINT and SIGTERM do. */
  readonly signal?: AbortSignal
}

const FIRST_VERSION = 95_000

/** The key that the fleet lets in: made once in the folder, as `ssh-keygen` would. */
async function clientKey(dir: string): Promise<{ keyFile: string; publicLine: string }> {
  const keyFile = path.join(dir, 'operator_ed25519')
  const known = await readFile(`${keyFile}.pub`, 'utf8').catch(() => undefined)
  if (known !== undefined) return { keyFile, publicLine: known.trim() }
  const { privateKey, publicLine } = newKeyPair()
  await writeFile(keyFile, privateKey, { mode: 0o600 })
  await writeFile(`${keyFile}.pub`, `${publicLine}\n`)
  return { keyFile, publicLine }
}

function list(fleet: Fleet, print: (line: string) => void): void {
  for (const store of fleet.inventory.stores) {
    print(`${store.code}  127.0.0.1:${store.port}  ${store.timeZone}  ${store.packageUrl}`)
    for (const { cashId, kind, port, name } of store.devices) {
      print(`  ${cashId}  127.0.0.1:${port}  ${kind}  ${name}`)
    }
  }
}

function untilInterrupted(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      process.off('SIGINT', end).off('SIGTERM', end)
      resolve()
    }
    process.on('SIGINT', end).on('SIGTERM', end)
    if (signal?.aborted) end()
    signal?.addEventListener('abort', end, { once: true })
  })
}

/** Starts a fleet, writes its inventory and key, prints where they are, and stays until interrupted. */
export async function runSim(options: SimOptions, print: (line: string) => void): Promise<void> {
  const { signal, ...rest } = options
  const dir = options.dir ?? (await mkdtemp(path.join(tmpdir(), 'nightshift-sim-')))
  const fleetDir = path.join(dir, 'fleet')
  const fleet = await startInto(dir, { ...rest, dir: fleetDir }, print)
  list(fleet, print)
  print(`${fleet.stores.length} stores, ${fleet.devices.length} devices; interrupt to stop`)
  await untilInterrupted(signal)
  await fleet.stop()
}

async function startInto(
  dir: string,
  options: Omit<SimOptions, 'signal'> & { readonly dir: string },
  print: (line: string) => void,
): Promise<Fleet> {
  await mkdir(dir, { recursive: true })
  const { keyFile, publicLine } = await clientKey(dir)
  const fleet = await startFleet({
    shifts: 'seed',
    version: FIRST_VERSION,
    ...options,
    clientKey: publicLine,
  })
  const inventoryFile = path.join(dir, 'inventory.json')
  await writeFile(inventoryFile, `${JSON.stringify(fleet.inventory, null, 2)}\n`)
  print(`inventory: ${inventoryFile}`)
  print(`key: ${keyFile}`)
  return fleet
}
