/** One till by a plain loop: upload and the five steps over real sshds, without database and queue. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { callDevice } from '../../src/device/call.ts'
import { type DeviceStepRules, runStep, type StepContext, type StepEnd } from '../../src/device/step.ts'
import { activate } from '../../src/device/steps/activate.ts'
import { download } from '../../src/device/steps/download.ts'
import { restart } from '../../src/device/steps/restart.ts'
import { rollback } from '../../src/device/steps/rollback.ts'
import { verify } from '../../src/device/steps/verify.ts'
import { defaultPolicy } from '../../src/rollout/policy.ts'
import { parseVersion } from '../../src/rollout/versions.ts'
import { createSshPool, type SshPool } from '../../src/ssh/pool.ts'
import { packageUrl, storePackageFile } from '../../src/workers/package-files.ts'
import { activations } from '../nightctl/flow.ts'
import { type MadePackage, makePackage, type Shell } from '../nightctl/support.ts'
import { makeKey } from '../support/sshd.ts'
import { describeShop, type Shop, type ShopTill, startShop } from './shop.ts'

const NEW = '00097000'
const SICK = '00098000'
const FILLING = 2_000_000

const cases: readonly { source: 'sftp' | 'http'; shell: Shell; forced: boolean }[] = [
  { source: 'sftp', shell: 'dash', forced: false },
  { source: 'http', shell: 'busybox', forced: true },
  { source: 'http', shell: 'busyboxOnly', forced: false },
]

describeShop('one till by a plain loop', () => {
  describe.each(cases)('$source, $shell, forced command: $forced', ({ source, shell, forced }) => {
    let dir: string
    let shop: Shop
    let till: ShopTill
    let pool: SshPool
    let first: MadePackage
    let generation = 0

    beforeAll(async () => {
      dir = mkdtempSync(path.join(tmpdir(), 'nightshift-loop-'))
      const key = makeKey(dir, 'office')
      pool = createSshPool({ readKey: async () => readFileSync(key.file) })
      const tills = [{ cashId: '50001002', shell, forced }]
      shop = await startShop({ dir, officeKey: key.line, source, tills })
      till = shop.till('50001002')
      first = makePackage(dir, NEW, { format: 'tar', filling: FILLING })
    })
    afterAll(async () => {
      await pool?.close()
      await shop?.stop()
      rmSync(dir, { recursive: true, force: true })
    })

    const upload = (made: MadePackage) =>
      pool.upload(
        shop.store,
        {
          localFile: made.file,
          size: made.size,
          sha256: made.sha256,
          remoteFile: storePackageFile(shop.packageFolder, made.sha256),
        },
        { deadlineMs: 60_000 },
      )

    function contextOf(made: MadePackage): StepContext {
      const signal = AbortSignal.timeout(150_000)
      const target = { route: { store: shop.store, device: till.endpoint() }, agent: till.nightctl }
      generation += 1
      return {
        call: (call, schema, deadlineMs = 60_000) =>
          callDevice(pool, target, call, schema, { deadlineMs, signal }),
        claim: { cashId: till.cashId, operation: `loop.g${generation}`, generation },
        package: {
          version: parseVersion(made.version) ?? Number.NaN,
          size: made.size,
          sha256: made.sha256,
        },
        source: packageUrl(shop.packageUrl, made.sha256),
        policy: { ...defaultPolicy, restartSeconds: 80 },
        lost: undefined,
        pollMs: 100,
        now: Date.now,
        sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
        progress: () => {},
        sawStatus: () => {},
        deviceKind: 'till',
        rolloutKind: 'update',
        packageFacts: { ffd: null, firmware: false },
        latestStart: null,
        carried: false,
        triedSince: Date.now(),
        interrupted: undefined,
        note: () => {},
        crash: () => {},
      }
    }

    async function runAll(made: MadePackage, steps: readonly DeviceStepRules[]): Promise<StepEnd['event'][]> {
      const events: StepEnd['event'][] = []
      for (const step of steps) events.push((await runStep(step, contextOf(made))).event)
      return events
    }

    test('goes from 96 to 97, and the package crosses the line once', async () => {
      expect(await till.runningVersion()).toBe('00096000')
      expect(await upload(first)).toMatchObject({ sentBytes: first.size, alreadyThere: false })
      const steps = [download, verify, activate, restart]
      expect(await runAll(first, steps)).toEqual(['downloaded', 'verified', 'armed', 'healthy'])
      expect([await till.runningVersion(), till.linkedVersion()]).toEqual([NEW, NEW])
      expect(activations(till)).toHaveLength(1)
      expect(await upload(first)).toMatchObject({ sentBytes: 0, alreadyThere: true })
      expect(shop.wan.sentToStore()).toBeGreaterThan(first.size)
      expect(shop.wan.sentToStore()).toBeLessThan(first.size * 1.2)
    })

    test('does nothing twice when every step runs again', async () => {
      const steps = [download, verify, activate, restart]
      expect(await runAll(first, steps)).toEqual(['downloaded', 'verified', 'alreadyNew', 'healthy'])
      expect(activations(till)).toHaveLength(1)
    })

    test('goes back by itself to 97 from a 98 that is never healthy', async () => {
      const made = makePackage(dir, SICK, { behaviour: 'sick' })
      till.setConf({ HEALTH_SECONDS: '12' })
      await upload(made)
      expect(await runAll(made, [download, verify, activate])).toEqual(['downloaded', 'verified', 'armed'])
      expect(await runStep(restart, contextOf(made))).toMatchObject({
        event: 'unhealthy',
        reason: 'healthFailed',
      })
      expect([await till.runningVersion(), till.linkedVersion()]).toEqual([NEW, NEW])
      expect(await runAll(made, [rollback])).toEqual(['reverted'])
      expect(till.log().filter((line) => line.startsWith(`reverted ${NEW} `))).toHaveLength(1)
      expect(activations(till)).toHaveLength(1)
    })

    test('has no other way to the till than the line and the store', async () => {
      await shop.wan.close()
      await expect(runStep(download, contextOf(first))).rejects.toMatchObject({ reason: 'storeOffline' })
    })
  })
})
