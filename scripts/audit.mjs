// npm audit of what is installed for production: fails at high or critical. A registry that answers no audits (a mirror
// inside a company often does not) is told and is no failure: what it serves is pinned by hashes in the lock file.
import { spawnSync } from 'node:child_process'

const done = spawnSync('npm', ['audit', '--omit=dev', '--json'], {
  encoding: 'utf8',
  maxBuffer: 64 * 1024 * 1024,
})
let report
try {
  report = JSON.parse(done.stdout)
} catch {
  report = {}
}
const counts = report.metadata?.vulnerabilities
if (counts === undefined) {
  console.log(`not audited: ${report.message ?? (done.stderr.trim().split('\n')[0] || 'npm gave no answer')}`)
  process.exit(0)
}
console.log(`vulnerabilities: ${JSON.stringify(counts)}`)
for (const [name, one] of Object.entries(report.vulnerabilities ?? {}))
  console.log(`  ${one.severity}: ${name} ${one.range}`)
process.exitCode = counts.high + counts.critical > 0 ? 1 : 0
