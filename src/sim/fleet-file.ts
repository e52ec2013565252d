/** What a fleet keeps of itself between runs: its secret, ports, and which hosts changed their key. */
import { randomBytes } from 'node:crypto'
import { mkdir, readFile, realpath, rename, writeFile } from 'node:fs/promises'
import path from 'node:path'

export interface FleetFile {
  readonly secret: string
  readonly sinceMs: number
  /** By store code or cash id. 0: not known yet. */
  readonly sshPorts: Record<string, number>
  readonly httpPorts: Record<string, number>
  readonly keyEpochs: Record<string, number>
}

const fileIn = (folder: string): string => path.join(folder, 'fleet.json')

/** Reads the fleet of a folder, or begins a new one there. `folder` comes back without symbolic links. */
export async function openFleetFile(
  dir: string,
  nowMs: number,
): Promise<{ folder: string; file: FleetFile; isNew: boolean }> {
  await mkdir(dir, { recursive: true })
  const folder = await realpath(dir)
  const text = await readFile(fileIn(folder), 'utf8').catch(() => undefined)
  if (text !== undefined) return { folder, file: JSON.parse(text) as FleetFile, isNew: false }
  const secret = randomBytes(32).toString('hex')
  return {
    folder,
    file: { secret, sinceMs: nowMs, sshPorts: {}, httpPorts: {}, keyEpochs: {} },
    isNew: true,
  }
}

export async function saveFleetFile(folder: string, file: FleetFile): Promise<void> {
  const name = fileIn(folder)
  await writeFile(`${name}.new`, JSON.stringify(file), { mode: 0o600 })
  await rename(`${name}.new`, name)
}
