/** What conforms: the reference under both shells and over a real sshd, the simulator through its store's jump. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Channel } from '../../src/conformance/channel.ts'
import type { Report, RunOptions } from '../../src/conformance/run.ts'
import { openSource } from '../../src/conformance/source.ts'
import { openSsh } from '../../src/conformance/ssh-channel.ts'
import { type SimDevice, startFleet } from '../../src/sim/fleet.ts'
import type { Route } from '../../src/ssh/types.ts'
import { NEW, OLD, remove, temporary } from '../nightctl/flow.ts'
import { makePackage, makeTill, type Shell } from '../nightctl/support.ts'
import { describeWith } from '../support/needs.ts'
import { describeSshd, makeKey, startSshd } from '../support/sshd.ts'
import { failures, tryLocal, tryOn, verdictsOf } from './rig.ts'

let dir: string
beforeEach(() => {
  dir = temporary()
})
afterEach(() => remove(dir))

/** With all that a destructive run needs: a package that installs, a hand that opens receipts. */
async function everything(
  setActivity: (activity: 'receipt' | 'idle') => void | Promise<void>,
  body: (options: Partial<RunOptions>) => Promise<Report>,
): Promise<Report> {
  const made = makePackage(dir, NEW)
  const source = await openSource('127.0.0.1', 0)
  const { url } = source.offer('package.tgz', readFileSync(made.file))
  try {
    return await body({
      real: { version: Number(NEW), size: made.size, sha256: made.sha256, url },
      isDestructive: true,
      receipt: async (what) => setActivity(what === 'open' ? 'receipt' : 'idle'),
    })
  } finally {
    await source.close()
  }
}

/** Left out is only what cannot be: no capability, no two at one time. */
function isGreen(report: Report, mayBeLeftOut: readonly string[]): void {
  expect(failures(report)).toEqual({})
  expect(report.conforms).toBe(true)
  const out = report.outcomes.filter(({ verdict }) => verdict === 'skipped').map(({ id }) => id)
  expect(out.filter((id) => !mayBeLeftOut.includes(id))).toEqual([])
  expect(report.left.filter((text) => !text.startsWith('its generation'))).toEqual([])
}
const CAPABILITIES = ['own-key', 'signature', 'auto-update']

const shells: readonly (readonly [Shell, readonly string[]])[] = [
  ['dash', ['dash', 'curl']],
  ['busyboxOnly', ['busybox']],
]
for (const [shell, programs] of shells) {
  describeWith(programs, `the reference, --local, ${shell}`, () => {
    it('conforms in everything', async () => {
      const till = await makeTill({ dir, cashId: 'T-1', version: OLD, shell })
      try {
        const setActivity = (activity: string) => till.setStatus({ activity, shift_open: 'false' })
        const report = await everything(setActivity, (more) => tryLocal(till.nightctl, more))
        isGreen(report, CAPABILITIES)
        expect(till.linkedVersion()).toBe(OLD)
      } finally {
        await till.stop()
      }
    }, 600_000)
  })
}

describeWith(['dash', 'curl'], 'the reference', () => {
  describeSshd('over a real sshd', () => {
    it('conforms in everything, through the forced command of its account', async () => {
      const till = await makeTill({ dir, cashId: 'T-1', version: OLD })
      const key = makeKey(dir, 'office')
      const server = await startSshd({
        dir: path.join(dir, 'sshd'),
        authorizedKeys: [`restrict,command="${till.nightctl} --ssh" ${key.line}`],
        extraConfig: ['SetEnv SHLVL=1'],
      })
      const route = { store: { ...server, hostKeys: [server.hostKey], credential: key.file } }
      try {
        const setActivity = (activity: string) => till.setStatus({ activity, shift_open: 'false' })
        const channel = openSsh({ route, agent: 'nightctl' })
        isGreen(await everything(setActivity, (more) => tryOn({ ...more, channel })), CAPABILITIES)
      } finally {
        await till.stop()
        await server.stop()
      }
    }, 600_000)
  })
})

/** One till behind its store server. */
async function withSimulator(body: (till: SimDevice, open: () => Channel) => Promise<void>): Promise<void> {
  const key = makeKey(dir, 'office')
  const folder = path.join(dir, 'sim')
  const fleet = await startFleet({ dir: folder, stores: 1, tills: 1, version: 95_000, clientKey: key.line })
  try {
    const [store] = fleet.inventory.stores
    const [device] = store?.devices ?? []
    const [till] = fleet.devices
    if (store === undefined || device === undefined || till === undefined) throw new Error('an empty fleet')
    const credential = key.file
    const route: Route = { store: { ...store, credential }, device: { ...device, credential } }
    await body(till, () => openSsh({ route, agent: device.agent }))
  } finally {
    await fleet.stop()
  }
}

describeWith(['ssh-keygen'], 'the simulator, through its store server', () => {
  const receipts = (till: SimDevice) => (activity: 'receipt' | 'idle') => till.setActivity(activity)

  it('conforms in everything', async () => {
    await withSimulator(async (till, open) => {
      const report = await everything(receipts(till), (more) => tryOn({ ...more, channel: open() }))
      isGreen(report, [...CAPABILITIES, 'one-at-a-time'])
      expect(verdictsOf(report)).toMatchObject({ restart: 'pass', rollback: 'pass', 'receipt-open': 'pass' })
    })
  }, 600_000)

  it('may lose its power in the middle of the restart, and be away for a while', async () => {
    await withSimulator(async (till, open) => {
      till.faults.set({ kind: 'dieDuringRestart', backAfterMs: 1500 })
      const only = ['restart', 'rollback', 'marked-line', 'deadline']
      const report = await everything(receipts(till), (more) => tryOn({ ...more, channel: open(), only }))
      expect(failures(report)).toEqual({})
      expect(verdictsOf(report)).toMatchObject({ restart: 'pass', rollback: 'pass' })
    })
  }, 400_000)

  it('lost in the middle of the run, the rest is left out', async () => {
    await withSimulator(async (till, open) => {
      const report = await tryOn({
        channel: open(),
        onOutcome: ({ id }) => {
          if (id === 'generation') void till.powerOff()
        },
      })
      expect(report.conforms).toBe(false)
      const verdicts = verdictsOf(report)
      expect(verdicts.generation).toBe('pass')
      expect(Object.values(failures(report))).toEqual([
        expect.stringContaining('it could no longer be reached'),
      ])
      expect(Object.values(verdicts).filter((verdict) => verdict === 'skipped').length).toBeGreaterThan(20)
    })
  }, 400_000)

  it('ended early, or by an error of ours, the device is as it was found', async () => {
    await withSimulator(async (till, open) => {
      const stop = new AbortController()
      const early = await tryOn({
        channel: open(),
        signal: stop.signal,
        onOutcome: ({ id }) => {
          if (id === 'disarm') stop.abort()
        },
      })
      expect([early.conforms, failures(early)]).toEqual([false, {}])
      expect(verdictsOf(early)).toMatchObject({ disarm: 'pass', 'arm-expiry': 'skipped' })
      expect(early.left.filter((text) => !text.startsWith('its generation'))).toEqual([])
      const failing = everything(
        async () => {
          throw new Error('the hook is broken')
        },
        (more) => tryOn({ ...more, channel: open(), only: ['receipt-open'] }),
      )
      await expect(failing).rejects.toThrow('the hook is broken')
      expect(till.machine.state).toMatchObject({ armed: null, staged: [], version: 95_000 })
    })
  }, 400_000)
})

describe('what is said to nobody', () => {
  it('an address that does not answer is unreachable, not a verdict', async () => {
    const key = makeKey(dir, 'office')
    const host = { host: '127.0.0.1', port: 1, user: 'nobody', credential: key.file, hostKeys: [key.line] }
    const channel = openSsh({ route: { store: host }, agent: 'nightctl' })
    await expect(tryOn({ channel })).rejects.toThrow(/storeOffline/)
  })

  it('a device that is armed is left in peace', async () => {
    const armed = path.join(dir, 'armed')
    const status = {
      cashId: 'T-1',
      armed: { version: OLD, sha256: 'a'.repeat(64), until: '2026-01-01T00:00:00Z', operation: 'x' },
    }
    const rest =
      'version previousVersion bootId health blocked autoUpdate download shift sum drawer cashier lastReceipt replication disk clock fiscal'
    const nulls = Object.fromEntries(rest.split(' ').map((name) => [name, null]))
    const data = { ...nulls, ...status, activity: 'idle', generation: 1, staged: [] }
    const line = `NIGHTCTL/1 ${JSON.stringify({ class: 'done', reason: null, data })}`
    writeFileSync(`${armed}.new`, `#!/bin/sh\ncat <<'E'\n${line}\nE\n`, { mode: 0o755 })
    renameSync(`${armed}.new`, armed)
    await expect(tryLocal(armed)).rejects.toThrow(/it is armed with 00095000/)
  })
})
