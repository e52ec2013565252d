// Writes the Prisma client into src/db/generated. It needs no network: `prisma generate` does its work in
// WebAssembly, and only insists on finding *a* native schema engine, which it never runs. See docs/adr/0002.
import { spawnSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'

const root = path.resolve(import.meta.dirname, '..')
const schema = path.join(root, 'prisma/schema.prisma')
const client = path.join(root, 'src/db/generated/client.ts')

const isCurrent = () => existsSync(client) && statSync(client).mtimeMs >= statSync(schema).mtimeMs
if (process.argv.includes('--if-missing') && isCurrent()) process.exit(0)

let prismaManifest
try {
  prismaManifest = createRequire(import.meta.url).resolve('prisma/package.json')
} catch {
  // An installation without development packages (a container image) brings the client along.
  if (existsSync(client)) process.exit(0)
  console.error('generate: the package "prisma" is not installed; run `npm ci` with development packages.')
  process.exit(1)
}
const run = spawnSync(
  process.execPath,
  [path.join(path.dirname(prismaManifest), 'build/index.js'), 'generate', '--schema', schema],
  {
    cwd: root,
    encoding: 'utf8',
    env: {
      ...process.env,
      PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
      PRISMA_HIDE_UPDATE_MESSAGE: '1',
      CHECKPOINT_DISABLE: '1',
    },
  },
)
if (run.status !== 0) {
  process.stderr.write(run.stdout + run.stderr)
  process.exit(1)
}
