import { existsSync } from 'node:fs'
import path from 'node:path'
import { describe } from 'vitest'

/** Where a program lies, also in sbin, which ordinary users seldom have on their PATH. */
export function findProgram(name: string): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/sbin', '/usr/local/sbin']
  return folders.map((folder) => path.join(folder, name)).find((file) => existsSync(file))
}

/** Missing programs by what they are needed for; each reason is printed once a run. */
const said = new Set<string>()

/**
 * `describe` where every program is installed. On a person's machine the suite is skipped with the reason printed;
 * with NIGHTSHIFT_REQUIRE=all (CI) a missing program is a failure.
 */
export function describeWith(programs: readonly string[], name: string, body: () => void): void {
  const missing = programs.filter((program) => findProgram(program) === undefined)
  if (missing.length === 0 || process.env.NIGHTSHIFT_REQUIRE === 'all') {
    describe(name, () => {
      if (missing.length > 0)
        throw new Error(`NIGHTSHIFT_REQUIRE=all, and not installed: ${missing.join(', ')}`)
      body()
    })
    return
  }
  const reason = `skipped: needs ${missing.join(', ')}`
  if (!said.has(reason + name)) console.log(`${name}: ${reason}`)
  said.add(reason + name)
  describe.skip(`${name} (${reason})`, body)
}
