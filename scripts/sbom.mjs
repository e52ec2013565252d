// npm run sbom [-- FILE]: the bill of materials (CycloneDX) of what is installed for production, from the lock file.
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'

const file = process.argv[2] ?? 'sbom.json'
const done = spawnSync(
  'npm',
  ['sbom', '--sbom-format=cyclonedx', '--sbom-type=application', '--omit=dev', '--package-lock-only'],
  { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
)
const sbom = done.status === 0 ? JSON.parse(done.stdout) : undefined
if (sbom === undefined || sbom.components.length === 0) {
  console.error(done.stderr || 'npm sbom gave nothing')
  process.exit(1)
}
const without = sbom.components.filter((one) => one.scope !== 'optional' && !one.hashes?.length)
writeFileSync(file, `${JSON.stringify(sbom, null, 2)}\n`)
console.log(
  `${file}: ${sbom.components.length} packages, ${without.length} that are always installed without a hash`,
)
process.exitCode = without.length === 0 ? 0 : 1
