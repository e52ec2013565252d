// `npm install` leaves out of package-lock.json what its registry does not serve, such as the packages for other
// platforms on a mirror that holds Linux only; `npm ci` then refuses that lock file everywhere. This completes it from
// the parents' optionalDependencies. npm also drops checksums of what it finds installed already: those are asked for
// again, since without one `npm ci` takes any bytes for the package. With --check it only looks.
import { execFile } from 'node:child_process'
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

const nameOf = (where, entry) =>
  entry.name ?? where.slice(where.lastIndexOf('node_modules/') + 'node_modules/'.length)

/** Entries without a checksum: `[where, entry]`. A mirror that does not serve another platform's cannot tell theirs. */
const unchecked = () =>
  Object.entries(lock.packages).filter(([where, entry]) => where !== '' && !entry.link && !entry.integrity)
const isForeign = (entry) => entry.optional === true && entry.os !== undefined && !entry.os.includes('linux')
const isOptionalPlatform = (entry) =>
  entry.optional === true && (entry.os !== undefined || entry.libc !== undefined)

const integrityOf = (name, version) =>
  new Promise((resolve) => {
    execFile('npm', ['view', `${name}@${version}`, 'dist.integrity', '--json'], (error, stdout) => {
      if (error) return resolve(undefined)
      try {
        resolve(JSON.parse(stdout))
      } catch {
        resolve(undefined)
      }
    })
  })

/** @returns how many were told */
async function addChecksums() {
  const queue = unchecked()
  let told = 0
  const lane = async () => {
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      const [where, entry] = next
      const integrity = await integrityOf(nameOf(where, entry), entry.version)
      if (typeof integrity !== 'string') continue
      entry.integrity = integrity
      told += 1
    }
  }
  await Promise.all(Array.from({ length: 6 }, lane))
  return told
}

const write = () => {
  const sorted = Object.entries(lock.packages).sort(([a], [b]) => a.localeCompare(b, 'en'))
  writeFileSync(file, `${JSON.stringify({ ...lock, packages: Object.fromEntries(sorted) }, null, 2)}\n`)
}

if (process.argv.includes('--check')) {
  const open = unchecked().filter(([, entry]) => !isOptionalPlatform(entry))
  const faults = [
    ...known.map(({ name, version }) => `missing: ${name} ${version}`),
    ...open.map(([where, entry]) => `without a checksum: ${nameOf(where, entry)} ${entry.version}`),
  ]
  if (faults.length > 0) {
    console.error(
      `package-lock.json; mend it with: node scripts/lock.mjs\n  ${faults.slice(0, 20).join('\n  ')}`,
    )
    process.exitCode = 1
  }
} else {
  for (const { name, entry } of known) lock.packages[`node_modules/${name}`] = entry
  const told = await addChecksums()
  if (known.length > 0 || told > 0) write()
  const left = unchecked().filter(([, entry]) => !isForeign(entry)).length
  console.log(
    `package-lock.json: ${known.length} packages for other platforms and ${told} checksums added; ${left} of this platform are without one`,
  )
}
