// npm run db:diff -- NAME: writes the migration that leads from the last one to prisma/schema.prisma.
// The Prisma CLI would first download a native engine; this uses the one that src/db/migrate.ts uses.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { startEmbedded } from '../src/db/embedded.ts'
import { diffMigrations } from '../src/db/migrate.ts'

const name = process.argv[2] ?? ''
if (!/^[a-z][a-z0-9_]{2,60}$/.test(name) && name !== '--check') {
  console.error(
    'usage: npm run db:diff -- NAME     (lower case letters, digits and _: what the migration does)\n' +
      '       npm run db:diff -- --check  (exit 1 when schema.prisma is ahead of the migrations)',
  )
  process.exit(64)
}
const scratch = await mkdtemp(path.join(tmpdir(), 'nightshift-diff-'))
const database = await startEmbedded({ folder: scratch })
const diff = await diffMigrations(database.url).finally(async () => {
  await database.stop()
  await rm(scratch, { recursive: true, force: true })
})
if (diff === undefined) {
  console.log('nothing to do: the migrations lead to schema.prisma')
} else if (name === '--check') {
  console.error(`schema.prisma is ahead of the migrations; run: npm run db:diff -- NAME\n\n${diff.sql}`)
  process.exitCode = 1
} else {
  const stamp = new Date().toISOString().replace(/\D/g, '').slice(0, 14)
  const folder = path.join(import.meta.dirname, '../prisma/migrations', `${stamp}_${name}`)
  await mkdir(folder)
  await writeFile(path.join(folder, 'migration.sql'), diff.sql)
  await writeFile(path.join(folder, 'schema.prisma'), diff.schema)
  console.log(
    `wrote ${path.relative(process.cwd(), folder)}: read its SQL, and finish by hand what Prisma cannot say`,
  )
}
