/** Tills that must not be touched, tills in use, and names made to hurt: over real sshds, through rows and queue. */
import { randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { activations } from '../nightctl/flow.ts'
import { makePackage } from '../nightctl/support.ts'
import { type Office, openOffice, rolloutEnds, updateStates } from '../support/office.ts'
import { until } from '../support/until.ts'
import { enrol, failedJobs, keepPackage, namesBelow, unhurried } from './night.ts'
import { describeShop, type Shop, type ShopTill, startShop } from './shop.ts'

const OLD = '00096000'
const NEW = '00097000'
const marker = `pwned-${randomBytes(3).toString('hex')}`
/** Runs in a shell that reads it bare, in double quotes, or between single quotes that nobody escaped. */
const hostile = (shell: string) => `${shell} "1" \\ $(touch ${marker});';touch ${marker};'`
const MISTAKEN = '50002001'
const OTHER = '50002999'
const UNKNOWN = '50002002'
const BARE = '50002003'
const SELLING = '50002004'
const SURPRISED = '50002005'
const HOSTILE_DASH = hostile('D')
const HOSTILE_BUSYBOX = hostile('B')

const plans = [
  { cashId: MISTAKEN },
  { cashId: UNKNOWN },
  { cashId: BARE },
  { cashId: SELLING },
  { cashId: SURPRISED },
  { cashId: HOSTILE_DASH },
  { cashId: HOSTILE_BUSYBOX, shell: 'busyboxOnly', forced: true },
] as const

/** A receipt is opened just when the till has accepted its restart, and closed at the next look. */
function surprise(till: ShopTill): void {
  const hook = path.join(till.dir, 'hooks', 'surprised_status')
  const lines = [
    '#!/bin/sh',
    `if [ -e '${till.root}/state/journal' ] && [ ! -e '${till.dir}/surprised' ]; then`,
    `  : >'${till.dir}/surprised'`,
    '  echo activity=receipt',
    `else cat '${till.dir}/status'; fi`,
  ]
  writeFileSync(hook, `${lines.join('\n')}\n`, { mode: 0o755 })
  till.setConf({ STATUS_HOOK: hook })
}

describeShop('tills that are not as they should be', () => {
  let dir: string
  let office: Office
  let shop: Shop
  let rollout: string

  beforeAll(async () => {
    dir = mkdtempSync(path.join(tmpdir(), 'nightshift-refusals-'))
    office = await openOffice()
    shop = await startShop({ dir, officeKey: office.publicKey, source: 'http', tills: plans })
    await enrol(office, shop, {
      [MISTAKEN]: { cashId: OTHER },
      [UNKNOWN]: { hostKeys: [] },
      [BARE]: { agent: path.join(dir, 'nowhere', 'nightctl') },
      [HOSTILE_DASH]: { name: `'; touch ${marker}; $(touch ${marker})` },
    })
    shop.till(SELLING).setStatus({ activity: 'receipt' })
    surprise(shop.till(SURPRISED))
    await office.startWorker()
    const made = makePackage(dir, NEW, { filling: 200_000 })
    rollout = await office.rollOut(await keepPackage(office, made), { policy: unhurried })
    const others = async () => {
      const states = Object.entries(await updateStates(office, rollout))
      const unfinished = states.filter(
        ([id, state]) => id !== SELLING && !/^(succeeded|failed|skipped|rolledBack|broken)/.test(state),
      )
      if (unfinished.length > 0) throw new Error(JSON.stringify(unfinished))
      return true
    }
    await until(others, { within: 60_000, label: 'all but one have ended', every: 200 })
  })
  afterAll(async () => {
    await office?.close()
    await shop?.stop()
    rmSync(dir, { recursive: true, force: true })
  })

  const stateOf = async (cashId: string) => (await updateStates(office, rollout))[cashId]
  const isUntouched = async (cashId: string) => {
    const till = shop.till(cashId)
    expect(await till.runningVersion()).toBe(OLD)
    expect(till.log()).toEqual([])
    expect(existsSync(path.join(till.root, 'state', 'generation'))).toBe(false)
  }

  test('another till at the address: wrongDevice, and nothing is done there', async () => {
    expect(await stateOf(OTHER)).toBe('failed: wrongDevice')
    await isUntouched(MISTAKEN)
  })

  test('no pinned host key: hostKeyUnknown, and nobody even connects', async () => {
    expect(await stateOf(UNKNOWN)).toBe('failed: hostKeyUnknown')
    expect(shop.till(UNKNOWN).sshd().accepted()).toBe(0)
    await isUntouched(UNKNOWN)
  })

  test('no nightctl: agentMissing', async () => {
    expect(await stateOf(BARE)).toBe('failed: agentMissing')
    await isUntouched(BARE)
  })

  test('the failed jobs are exactly the tills that need a person', async () => {
    const wanted = [`${UNKNOWN}: hostKeyUnknown`, `${BARE}: agentMissing`, `${OTHER}: wrongDevice`]
    expect(await failedJobs(office, 'download', wanted.length)).toEqual(wanted)
    for (const step of ['verify', 'activate', 'restart', 'rollback', 'observe'] as const)
      expect(await failedJobs(office, step)).toEqual([])
  })

  test('names made to hurt do no harm', async () => {
    const places = ['/', process.cwd(), userInfo().homedir, tmpdir()].flatMap((place) => readdirSync(place))
    const all = [...places, ...namesBelow(dir)]
    expect(all.filter((name) => name.includes(marker))).toEqual([])
    for (const cashId of [HOSTILE_DASH, HOSTILE_BUSYBOX]) {
      expect(await stateOf(cashId)).toBe('succeeded')
      expect(await shop.till(cashId).runningVersion()).toBe(NEW)
      expect(activations(shop.till(cashId))).toHaveLength(1)
    }
  })

  test('a receipt that is opened between the restart and the switch: once more, and not rolled back', async () => {
    expect(existsSync(path.join(shop.till(SURPRISED).dir, 'surprised'))).toBe(true)
    expect(await stateOf(SURPRISED)).toBe('succeeded')
    expect(activations(shop.till(SURPRISED))).toHaveLength(1)
  })

  test('an open receipt is waited for; once it is closed the till goes on', async () => {
    const till = shop.till(SELLING)
    await until(async () => (await stateOf(SELLING)) === 'ready: receiptOpen', {
      within: 60_000,
      label: 'it waits',
    })
    expect([await till.runningVersion(), activations(till).length]).toEqual([OLD, 0])
    till.setStatus({ activity: 'idle' })
    expect(await rolloutEnds(office, rollout)).toBe('finished')
    expect(await stateOf(SELLING)).toBe('succeeded')
    expect([await till.runningVersion(), activations(till).length]).toEqual([NEW, 1])
  })

  test('a sick version goes back by itself, and somebody is told', async () => {
    shop.till(HOSTILE_DASH).setConf({ HEALTH_SECONDS: '12' })
    const id = await keepPackage(office, makePackage(dir, '00098000', { behaviour: 'sick' }))
    const sick = await office.rollOut(id, { selection: { cashIds: [HOSTILE_DASH] }, policy: unhurried })
    expect(await rolloutEnds(office, sick)).toBe('finished')
    expect(await updateStates(office, sick)).toEqual({ [HOSTILE_DASH]: 'rolledBack: healthFailed' })
    expect(await shop.till(HOSTILE_DASH).runningVersion()).toBe(NEW)
    expect(await failedJobs(office, 'rollback', 1)).toEqual([`${HOSTILE_DASH}: healthFailed`])
  })
})
