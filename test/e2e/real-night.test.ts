/** A night through rows, queues, conductor and worker, over real sshds and the reference nightctl. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readEvents } from '../../src/db/events.ts'
import { viewEvents } from '../../src/events/view.ts'
import { activations } from '../nightctl/flow.ts'
import { type MadePackage, makePackage } from '../nightctl/support.ts'
import { passedHorizon } from '../support/horizon.ts'
import { type Office, openOffice, rolloutEnds, updateStates } from '../support/office.ts'
import { until } from '../support/until.ts'
import { enrol, failedJobs, keepPackage, unhurried } from './night.ts'
import { describeShop, type Shop, type ShopTill, startShop } from './shop.ts'

const OLD = '00096000'
const NEW = '00097000'
const NEXT = '00098000'
const LAST = '00099000'
const DASH = '50001002'
const BUSYBOX = '50001003'

/** Its next restarts stand still until it is told to go on, 15 s at most: less than a hook may take. */
function stopInRestart(till: ShopTill): () => void {
  const own = path.join(till.dir, 'hooks', 'restart_hook')
  const hook = path.join(till.dir, 'hooks', 'held_restart')
  const mayGo = path.join(till.dir, 'may-go')
  const lines = [
    '#!/bin/sh',
    'tries=0',
    `while [ ! -e '${mayGo}' ] && [ $tries -lt 300 ]; do tries=$((tries + 1)); sleep 0.05; done`,
    `exec '${own}' "$@"`,
  ]
  writeFileSync(hook, `${lines.join('\n')}\n`, { mode: 0o755 })
  till.setConf({ RESTART_HOOK: hook })
  return () => writeFileSync(mayGo, '')
}

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
    const rollout = await office.rollOut(packageId, { policy: unhurried })
    expect(await rolloutEnds(office, rollout)).toBe('finished')
    expect(await updateStates(office, rollout)).toEqual({ [DASH]: 'succeeded', [BUSYBOX]: 'succeeded' })
    expect(await running()).toEqual([NEW, NEW])
    expect(shop.tills.map((till) => activations(till).length)).toEqual([1, 1])
    const [held] = await office.db.prisma.storePackage.findMany()
    expect(held).toMatchObject({ state: 'present', wanBytes: BigInt(made.size) })
    expect(shop.wan.sentToStore()).toBeGreaterThan(made.size)
    expect(shop.wan.sentToStore()).toBeLessThan(made.size * 1.2)
  })

  test('the journal says each finished download in the words that operators know', async () => {
    await passedHorizon(office.db.pool)
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
    const goOn = shop.tills.map(stopInRestart)
    const made = await keepPackage(office, makePackage(dir, NEXT))
    const rollout = await office.rollOut(made, { policy: unhurried })
    const cuts = shop.tills.map(async (till, i) => {
      const isRestarting = () => existsSync(path.join(till.root, 'state', 'journal'))
      await until(isRestarting, { within: 60_000, label: 'it restarts', every: 5 })
      const ended = shop.wan.cut()
      goOn[i]?.()
      return ended
    })
    expect(Math.max(...(await Promise.all(cuts)))).toBeGreaterThan(0)
    expect(await rolloutEnds(office, rollout)).toBe('finished')
    expect(await updateStates(office, rollout)).toEqual({ [DASH]: 'succeeded', [BUSYBOX]: 'succeeded' })
    expect(await running()).toEqual([NEXT, NEXT])
    expect(shop.tills.map((till) => activations(till).length)).toEqual([2, 2])
  })

  test('a till whose host key has changed is not spoken to, and needs a person', async () => {
    const till = shop.till(BUSYBOX)
    const before = till.log()
    await till.changeHostKey()
    const made = await keepPackage(office, makePackage(dir, LAST))
    const rollout = await office.rollOut(made, { policy: unhurried })
    expect(await rolloutEnds(office, rollout)).toBe('finished')
    expect(await updateStates(office, rollout)).toEqual({
      [DASH]: 'succeeded',
      [BUSYBOX]: 'failed: hostKeyChanged',
    })
    expect(await running()).toEqual([LAST, NEXT])
    expect(till.log()).toEqual(before)
    expect(till.sshd().log()).toContain('Connection from')
    expect(till.sshd().log()).not.toContain('Accepted')
    expect(await failedJobs(office, 'download', 1)).toEqual([`${BUSYBOX}: hostKeyChanged`])
  })
})
