/** What is swept of a folder that is not only ours. Real OpenSSH servers. */
import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync, readdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { describeSshd } from '../support/sshd.ts'
import { Bench } from './bench.ts'

const DAY_MS = 24 * 3600_000
const leftOver = { pattern: /^ours-.*\.part$/, olderThanMs: 7 * DAY_MS }

let bench: Bench
beforeEach(async () => {
  bench = await Bench.start()
})
afterEach(() => bench.end())

/** Lays parts, uploads beside them, and says what was swept and what is left of them. */
async function sweepBeside(lay: (folder: string) => void) {
  const folder = path.join(bench.dir, 'packages')
  mkdirSync(folder)
  lay(folder)
  const data = randomBytes(1000)
  const localFile = path.join(bench.dir, 'package.tgz')
  writeFileSync(localFile, data)
  const sha256 = createHash('sha256').update(data).digest('hex')
  const file = { localFile, size: data.length, sha256, remoteFile: path.join(folder, 'new.pkg') }
  const store = bench.endpoint(await bench.sshd({}))
  const { swept } = await bench.pool().upload(store, file, { deadlineMs: 50_000, leftOver })
  return { swept, left: readdirSync(folder).filter((name) => name !== 'new.pkg') }
}

const layPart = (folder: string, name: string, days: number) => {
  const file = path.join(folder, name)
  writeFileSync(file, 'half of it')
  const at = new Date(Date.now() - days * DAY_MS)
  utimesSync(file, at, at)
}

describeSshd('what is left of uploads', () => {
  test('one that cannot be looked at keeps none of the others', async () => {
    const { swept, left } = await sweepBeside((folder) => {
      for (let n = 10; n < 20; n += 1) layPart(folder, `ours-${n}.part`, 30)
      // They lead to a name that is too long for any folder: what is there is not said.
      for (const n of [0, 1, 2, 3]) symlinkSync('x'.repeat(300), path.join(folder, `ours-link-${n}.part`))
    })
    expect(left.sort()).toEqual([0, 1, 2, 3].map((n) => `ours-link-${n}.part`))
    expect(swept).toHaveLength(10)
  })

  test('many that are young do not hide the old ones', async () => {
    const { swept, left } = await sweepBeside((folder) => {
      for (let n = 100; n < 300; n += 1) layPart(folder, `ours-${n}.part`, 1)
      for (let n = 100; n < 110; n += 1) layPart(folder, `ours-old-${n}.part`, 30)
    })
    expect(swept).toHaveLength(10)
    expect(left).toHaveLength(200)
  })
})
