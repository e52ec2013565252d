/** A night through rows, queues, conductor and worker, over real sshds and the reference nightctl. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readEvents } from '../../src/db/events.ts'
import { viewEvents } from '../../src/events/view.ts'
import { activations } from '../nightctl/flow.ts'
import { type MadePackage, makePackage } from '../nightctl/support.ts'
import { type Office, openOffice, rolloutEnds, updateStates } from '../support/office.ts'
import { until } from '../support/until.ts'
import { enrol, failedJobs, keepPackage } from './night.ts'
import { describeShop, type Shop, startShop } from './shop.ts'

const OLD = '00096000'
const NEW = '00097000'
const NEXT = '00098000'
const LAST = '00099000'
const DASH = '50001002'
const BUSYBOX = '50001003'

describeShop('a night of one shop', () => {
  let dir: string
  let office: Office
  let shop: Shop
  let made: MadePackage
  let packageId: string

  beforeAll(async () => {
    dir = mkdtempSync(path.join(tmpdir(), 'nightshift-night-'))
    office = await openOffice()
    const tills = [
      { cashId: DASH, shell: 'dash' as const },
      { cashId: BUSYBOX, shell: 'busybox' as const, forced: true },
    ]
    shop = await startShop({ dir, officeKey: office.publicKey, source: 'sftp', tills })
    await enrol(office, shop)
    await office.startWorker()
    made = makePackage(dir, NEW, { format: 'tar', filling: 3_000_000 })
    packageId = await keepPackage(office, made)
  })
  afterAll(async () => {
    await office?.close()
    await shop?.stop()
    rmSync(dir, { recursive: true, force: true })
  })

  const running = () => Promise.all(shop.tills.map((till) => till.runningVersion()))

  test('both tills run the new version, and the package crossed the line once', async () => {
    expect(await running()).toEqual([OLD, OLD])
    const rollout = await office.rollOut(packageId)
    expect(await rolloutEnds(office, rollout, 50_000)).toBe('finished')
    expect(await updateStates(office, rollout)).toEqual({ [DASH]: 'succeeded', [BUSYBOX]: 'succeeded' })
    expect(await running()).toEqual([NEW, NEW])
    expect(shop.tills.map((till) => activations(till).length)).toEqual([1, 1])
    const [held] = await office.db.prisma.storePackage.findMany()
    expect(held).toMatchObject({ state: 'present', wanBytes: BigInt(made.size) })
    expect(shop.wan.sentToStore()).toBeGreaterThan(made.size)
    expect(shop.wan.sentToStore()).toBeLessThan(made.size * 1.2)
  })

  test('the journal says each finished download in the words that operators know', async () => {
    const events = await viewEvents(office.db, await readEvents(office.db.pool, '0-0', 1000))
    const said = events.filter((event) => event.code === 'downloadFinished')
    expect(said.map((event) => event.cashId).sort()).toEqual([DASH, BUSYBOX])
    for (const { text } of said) {
      const [time = '', sentence] = text.ru.split(/(?<=\d\d:\d\d:\d\d): /)
      expect(time).toMatch(/^\d\d\.\d\d\.\d{4} \d\d:\d\d:\d\d$/)
      expect(sentence).toBe('Скачивание пакетов обновлений до версии 00097000 успешно завершено')
    }
  })

  test('a line that is cut while the tills restart costs nothing', async () => {
    const rollout = await office.rollOut(await keepPackage(office, makePackage(dir, NEXT)))
    const cuts = shop.tills.map(async (till) => {
      const isRestarting = () => existsSync(path.join(till.root, 'state', 'journal'))
      await until(isRestarting, { within: 40_000, label: 'it restarts', every: 5 })
      return shop.wan.cut()
    })
    expect(Math.max(...(await Promise.all(cuts)))).toBeGreaterThan(0)
    expect(await rolloutEnds(office, rollout, 50_000)).toBe('finished')
    expect(await updateStates(office, rollout)).toEqual({ [DASH]: 'succeeded', [BUSYBOX]: 'succeeded' })
    expect(await running()).toEqual([NEXT, NEXT])
    expect(shop.tills.map((till) => activations(till).length)).toEqual([2, 2])
  })

  test('a till whose host key has changed is not spoken to, and needs a person', async () => {
    const till = shop.till(BUSYBOX)
    const before = till.log()
    await till.changeHostKey()
    const rollout = await office.rollOut(await keepPackage(office, makePackage(dir, LAST)))
    expect(await rolloutEnds(office, rollout, 50_000)).toBe('finished')
    expect(await updateStates(office, rollout)).toEqual({
      [DASH]: 'succeeded',
      [BUSYBOX]: 'failed: hostKeyChanged',
    })
    expect(await running()).toEqual([LAST, NEXT])
    expect(till.log()).toEqual(before)
    expect(till.sshd().log()).toContain('Connection from')
    expect(till.sshd().log()).not.toContain('Accepted')
    expect(await failedJobs(office, 'download')).toEqual([`${BUSYBOX}: hostKeyChanged`])
  })
})
