/** What uploads of long ago left on a store server goes with the next one that arrives there; nothing else does. */
import { readdir, utimes, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createQueueBackend, type QueueBackend } from '../../src/jobs/backend.ts'
import type { Fleet } from '../../src/sim/fleet.ts'
import { type RunningWorker, startWorker } from '../../src/workers/main.ts'
import { type Office, openFleet, openOffice } from '../support/office.ts'
import { until } from '../support/until.ts'

const DAY_MS = 24 * 3600_000
let office: Office
let fleet: Fleet
let queues: QueueBackend
let worker: RunningWorker
const lines: { msg?: string; store?: string; files?: string[] }[] = []
beforeAll(async () => {
  office = await openOffice()
  fleet = await openFleet(office, { stores: 1, tills: 1 })
  queues = createQueueBackend({ databaseUrl: office.database.url, log: office.log })
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(JSON.parse(line)) })
  worker = await startWorker({ db: office.db, queues, config: office.config, log })
})
afterAll(async () => {
  await worker?.close()
  await queues?.close()
  await office?.close()
  await fleet?.stop()
})

it('a part without an owner, and one whose owner never came back; by age, by name, and said', async () => {
  const folder = fleet.store('M1').packageFolder
  const name = (digit: string, ending = '') => `nightshift-${digit.repeat(64)}.pkg${ending}`
  const owner = '0b4d7f10-0000-4000-8000-000000000001'
  const lay = async (file: string, days: number) => {
    await writeFile(path.join(folder, file), 'half of it')
    const at = new Date(Date.now() - days * DAY_MS)
    await utimes(path.join(folder, file), at, at)
  }
  const gone = [name('a', '.part'), name('b', `.${owner}.part`)]
  for (const file of gone) await lay(file, 30)
  // In use, or nobody's business of ours.
  const kept = [name('c', '.part'), name('d', `.${owner}.part`)]
  for (const file of kept) await lay(file, 2)
  const theirs = [name('e'), `my-${name('f', '.part')}`, 'ukm.tgz.part', 'nightshift.part']
  for (const file of theirs) await lay(file, 300)

  const added = await office.addPackage()
  await office.rollOut(added.id)
  await until(
    async () =>
      (await office.db.prisma.storePackage.findFirst({ where: { packageId: added.id } }))?.state ===
      'present',
    { within: 60_000, label: 'it is present' },
  )
  const left = (await readdir(folder)).sort()
  expect(left).toEqual([...kept, ...theirs, `nightshift-${added.sha256}.pkg`].sort())
  const said = lines.filter(({ files }) => files !== undefined)
  expect(said.map(({ store, files }) => [store, [...(files ?? [])].sort()])).toEqual([['M1', gone.sort()]])
})
