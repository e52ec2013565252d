import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { statusData } from '../../src/device/contract.ts'
import { until } from '../support/until.ts'
import {
  activations,
  armed,
  claimOf,
  finished,
  NEW,
  OLD,
  PATIENCE,
  remove,
  restartWords,
  temporary,
  underEachShell,
  whenFree,
} from './flow.ts'
import { makePackage, makeTill, pidOf, type Till } from './support.ts'

vi.setConfig(PATIENCE)

const FORTH = [
  'accepted',
  'unpacked',
  'switching',
  'switched',
  'restarting',
  'restarted',
  'confirmed',
  'logged',
  'recorded',
]
const BACK = ['reverting', 'unswitched', 'unswitched-restarted', 'reverted', 'reverted-logged', 'recorded']

underEachShell('killed at any instant, it is on the old version or on the new one', (shell) => {
  /** The whole matrix under dash; under BusyBox the points where the two could differ: around links and processes. */
  const points = (all: readonly string[], some: readonly string[]) => (shell === 'dash' ? all : some)
  let dir: string
  let till: Till

  beforeEach(async () => {
    dir = temporary()
    till = await makeTill({ dir, shell, cashId: 'T-1', version: OLD, healthSeconds: 30, conf: { TEST: '1' } })
  })
  afterEach(async () => {
    await till.stop()
    remove(dir)
  })

  const state = (name: string) => path.join(till.root, 'state', name)
  const pid = (name: string): number => {
    try {
      return Number.parseInt(readFileSync(state(name), 'utf8'), 10) || 0
    } catch {
      return 0
    }
  }
  const kill = (which: number) => {
    try {
      process.kill(which, 'SIGKILL')
    } catch {}
  }

  /** Restarts with the crash point set, and waits until whoever held the lock is dead, killed there. */
  async function crashAt(point: string, operation: string): Promise<void> {
    const words = restartWords(till, NEW, operation)
    await till.exit(words, { env: { NIGHTCTL_CRASH_AT: point } })
    const left = () => existsSync(state('lock')) && pidOf(state('lock')) === undefined
    await until(left, { within: 60_000, label: `killed at ${point}` })
  }

  /** Nothing in between: link, process, record and log tell one story; and the lock is free. */
  async function consistent(operation: string): Promise<string> {
    const { state: ended, reason } = await finished(till, operation)
    const version = ended === 'done' ? NEW : OLD
    expect([operation, reason, await till.runningVersion(), till.linkedVersion()]).toEqual([
      operation,
      reason,
      version,
      version,
    ])
    expect(activations(till)).toHaveLength(ended === 'done' ? 1 : 0)
    const seen = statusData.parse((await till.run(['status'])).answer.data)
    expect(seen).toMatchObject({ version, armed: null, autoUpdate: false })
    expect(seen.previousVersion).toBe(ended === 'done' ? OLD : null)
    const after = await whenFree(till, ['disarm', ...claimOf(till, `after-${operation}`)])
    expect(after.answer.class).toBe('done')
    return version
  }

  /** The power is back: another boot id, nothing of before alive, the service started from the link. */
  async function powerCut(): Promise<void> {
    await till.stop()
    for (const name of ['journal', 'armed', 'lock', 'hook'])
      try {
        const text = readFileSync(state(name), 'utf8')
        writeFileSync(
          state(name),
          text.replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}/g, 'an-earlier-boot'),
        )
      } catch {}
    await till.boot()
  }

  for (const point of points(FORTH, ['accepted', 'switched', 'logged']))
    it(`SIGKILL at ${point}: the next call finishes it`, async () => {
      await armed(till, makePackage(dir, NEW))
      await crashAt(point, 'r1')
      await till.run(['status'])
      expect(await consistent('r1')).toBe(NEW)
    })

  for (const point of points(FORTH, ['unpacked', 'switching', 'restarting']))
    it(`the power is cut at ${point}: recover finishes it`, async () => {
      await armed(till, makePackage(dir, NEW))
      await crashAt(point, 'r1')
      await powerCut()
      expect(await till.exit(['recover'])).toBe(0)
      expect(await consistent('r1')).toBe(NEW)
    })

  for (const point of points(BACK, ['unswitched', 'reverted-logged']))
    it(`SIGKILL at ${point}, going back from a sick version: recover finishes it`, async () => {
      till.setConf({ HEALTH_SECONDS: '3' })
      await armed(till, makePackage(dir, NEW, { behaviour: 'sick' }))
      await crashAt(point, 'r1')
      expect(await till.exit(['recover'])).toBe(0)
      expect(await consistent('r1')).toBe(OLD)
      expect(till.log().filter((line) => line.startsWith('reverted '))).toHaveLength(1)
    })

  for (const point of ['accepted', 'unpacked', 'switching', 'switched'])
    it(`SIGKILL at ${point}, then a receipt is opened: it is undone, not interrupted`, async () => {
      await armed(till, makePackage(dir, NEW))
      await crashAt(point, 'r1')
      till.setStatus({ activity: 'receipt' })
      const before = pid('../../service.pid')
      expect(await till.exit(['recover'])).toBe(0)
      expect(await finished(till, 'r1')).toMatchObject({ state: 'failed', reason: 'receiptOpen' })
      expect([till.linkedVersion(), await till.runningVersion()]).toEqual([OLD, OLD])
      expect(pid('../../service.pid')).toBe(before)
    })

  it('is killed from outside again and again', async () => {
    for (let turn = 0; turn < 10; turn++) {
      await armed(till, makePackage(dir, NEW))
      const operation = `r${turn}`
      await till.run(restartWords(till, NEW, operation))
      const started = performance.now()
      await until(() => performance.now() - started > turn * 45, {
        within: 60_000,
        label: 'its moment',
        every: 1,
      })
      const worker = pidOf(state('lock')) ?? 0
      // Every other time its children die with it: hooks, tar, and the service too, as in a power cut.
      if (worker > 1) kill(turn % 2 === 0 ? worker : -worker)
      if (turn % 2 === 1) await powerCut()
      expect(await till.exit(['recover'])).toBe(0)
      expect(await finished(till, operation)).toMatchObject({ state: 'done' })
      expect([await till.runningVersion(), till.linkedVersion()]).toEqual([NEW, NEW])
      expect(activations(till).filter((line) => line.includes(`operation=${operation} `))).toHaveLength(1)
      await whenFree(till, ['rollback', '--version', NEW, ...claimOf(till, `b${turn}`)])
      expect(await finished(till, `b${turn}`)).toMatchObject({ state: 'done' })
    }
    expect(activations(till)).toHaveLength(10)
  }, 900_000)
})
