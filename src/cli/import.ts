/** `nightshift import FILE`: the same as `fleet import FILE --yes`, in one line of output. */
import type { Config } from '../config.ts'
import { FleetRefused, importFleet } from '../db/fleet.ts'
import { formatOf } from '../fleet/read.ts'
import { CommandFailed } from './errors.ts'
import { readFleetFile, withDatabase } from './fleet.ts'

export async function importCommand(config: Config, file: string): Promise<void> {
  const { stores } = await readFleetFile(file, { format: formatOf(file) ?? 'json' })
  await withDatabase(config, async (db) => {
    const counts = await importFleet(db, { stores }, 'command line').catch((error: unknown) => {
      throw error instanceof FleetRefused ? new CommandFailed(`nothing was changed: ${error.message}`) : error
    })
    console.log(`${counts.stores} stores and ${counts.devices} devices added or changed`)
  })
}
