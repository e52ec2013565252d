// `npm install` leaves out of package-lock.json what its registry does not serve, such as the packages for other
// platforms on a mirror that holds Linux only; `npm ci` then refuses that lock file everywhere. This completes it from
// the parents' optionalDependencies (without a checksum, which only the registry could tell). With --check it only looks.
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'

const file = path.resolve(import.meta.dirname, '../package-lock.json')
const PLATFORM =
  /(android|darwin|freebsd|linux|openharmony|win32)-(arm64|arm|x64|ia32|ppc64|riscv64|s390x)(?:-(\w+))?$/

/** What npm itself would write for a platform package; undefined: the name tells no platform. */
function entryOf(name, version, parent) {
  const [, os, cpu, abi] = PLATFORM.exec(name) ?? []
  if (os === undefined) return undefined
  return {
    version,
    cpu: [cpu],
    ...(parent.dev && { dev: true }),
    ...(os === 'linux' && abi && { libc: [abi.startsWith('musl') ? 'musl' : 'glibc'] }),
    optional: true,
    os: [os],
    ...(parent.engines && { engines: parent.engines }),
  }
}

const lock = JSON.parse(readFileSync(file, 'utf8'))
const missing = Object.entries(lock.packages).flatMap(([where, parent]) =>
  Object.entries(parent.optionalDependencies ?? {})
    .filter(
      ([name]) => !lock.packages[`${where}/node_modules/${name}`] && !lock.packages[`node_modules/${name}`],
    )
    .map(([name, version]) => ({ name, version, entry: entryOf(name, version, parent) })),
)
const known = missing.filter(({ entry }) => entry !== undefined)

if (process.argv.includes('--check')) {
  if (known.length > 0) {
    const names = known.map(({ name, version }) => `  ${name} ${version}`).join('\n')
    console.error(
      `npm ci would refuse package-lock.json; mend it with: node scripts/lock.mjs\nmissing:\n${names}`,
    )
    process.exitCode = 1
  }
} else if (known.length > 0) {
  for (const { name, entry } of known) lock.packages[`node_modules/${name}`] = entry
  const sorted = Object.entries(lock.packages).sort(([a], [b]) => a.localeCompare(b, 'en'))
  writeFileSync(file, `${JSON.stringify({ ...lock, packages: Object.fromEntries(sorted) }, null, 2)}\n`)
  console.log(`package-lock.json: added ${known.length} packages for other platforms`)
}
