import { readFile } from 'node:fs/promises'
import { fleetBody } from '../api/fleet-schema.ts'
import type { Config } from '../config.ts'
import { openDatabase } from '../db/database.ts'
import { importFleet } from '../db/fleet.ts'
import { checkInventory } from '../rollout/inventory.ts'
import { anyDatabase } from './database.ts'
import { CommandFailed } from './errors.ts'

const SHOWN = 20

function refuse(file: string, problems: readonly string[]): never {
  const more = problems.length > SHOWN ? [`… and ${problems.length - SHOWN} more`] : []
  throw new CommandFailed(
    [`${file} was not imported; nothing was changed:`, ...problems.slice(0, SHOWN), ...more].join('\n  '),
  )
}

async function readInventory(file: string) {
  const text = await readFile(file, 'utf8').catch((error: Error) => refuse(file, [error.message]))
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    refuse(file, [`no JSON: ${error instanceof Error ? error.message : ''}`])
  }
  const read = fleetBody.safeParse(json)
  if (!read.success)
    refuse(
      file,
      read.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`),
    )
  const problems = checkInventory(read.data)
  if (problems.length > 0)
    refuse(
      file,
      problems.map(({ path, code, value }) => `${path}: ${code} ${JSON.stringify(value)}`),
    )
  return read.data
}

export async function importCommand(config: Config, file: string): Promise<void> {
  const inventory = await readInventory(file)
  const opened = await anyDatabase(config)
  const db = openDatabase(opened.url)
  try {
    const counts = await importFleet(db, inventory, 'command line')
    console.log(`${counts.stores} stores and ${counts.devices} devices added or changed`)
  } finally {
    await db.close()
    await opened.stop()
  }
}
