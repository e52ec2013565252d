import { createHash, randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import * as commands from '../../src/device/commands.ts'
import { operationData, statusData } from '../../src/device/contract.ts'
import { FaultBox } from '../../src/sim/faults.ts'
import { until } from '../support/until.ts'
import { connect, exec, forward, nightctl, type Rig, readAnswer, rig, storeOf, targetOf } from './support.ts'

let rigged: Rig
beforeEach(async () => {
  rigged = await rig()
})
afterEach(() => rigged.end())

const TILL = '50001002'
const device = () => rigged.fleet.device(TILL)
const call = ({ args, input }: commands.Call) => nightctl(rigged.fleet, TILL, args, input)
const claim = (operation: string, generation = 1) => ({ cashId: TILL, operation, generation })
const status = async () => statusData.parse((await call(commands.status())).data)
const operation = async (id: string) =>
  operationData.parse((await call(commands.operation(id))).data).operation

async function publish(size = 100_000): Promise<commands.PackageRef & { source: string }> {
  const data = randomBytes(size)
  const { packageFolder, packageUrl } = storeOf(rigged.fleet)
  await writeFile(path.join(packageFolder, 'p'), data)
  const sha256 = createHash('sha256').update(data).digest('hex')
  return { version: 96_000, size, sha256, source: `${packageUrl}/p` }
}

const whenStaged = () =>
  until(async () => (await status()).download?.state === 'done', { within: 30_000, label: 'downloaded' })

async function armed(): Promise<void> {
  const packed = await publish()
  await call(commands.downloadStart(claim('d'), packed.source, packed))
  await whenStaged()
  await call(commands.arm(claim('a'), packed, 60))
}

const onDisk = async (): Promise<{ version: number }> =>
  JSON.parse(await readFile(path.join(rigged.dir, 'M1', TILL, 'state.json'), 'utf8'))

/** A power cut that the test ends by itself, when it has seen what it leaves. */
const AWAY_MS = 150_000

describe('the box of faults', () => {
  it('counts times, and some strike once by themselves', () => {
    const box = new FaultBox()
    box.set({ kind: 'hang', times: 2 }, { kind: 'loseAnswer' }, { kind: 'noise' })
    expect([1, 2, 3].map(() => box.take('hang') !== undefined)).toEqual([true, true, false])
    expect([1, 2].map(() => box.take('loseAnswer') !== undefined)).toEqual([true, false])
    expect([1, 2].map(() => box.take('noise') !== undefined)).toEqual([true, true])
    box.set(null)
    expect(box.has('noise')).toBeUndefined()
  })
})

describe('answers that are wrong', () => {
  it('noise around the marked line changes nothing', async () => {
    await device().setFault({ kind: 'noise' })
    const client = await connect(targetOf(rigged.fleet, TILL))
    const ran = await exec(client, 'nightctl status')
    expect(ran.stdout.split('\n').length).toBeGreaterThan(4)
    expect(ran.stderr).not.toBe('')
    expect(readAnswer(ran).class).toBe('done')
    client.end()
  })

  it.each([
    [{ kind: 'doubleAnswer' }, '2 marked lines'],
    [{ kind: 'garbageAnswer' }, 'JSON'],
    [{ kind: 'wrongExit', status: 75 }, 'exit status 75'],
    [{ kind: 'agentMissing' }, '0 marked lines'],
  ] as const)('%j', async (fault, message) => {
    await device().setFault({ ...fault, times: 1 })
    await expect(call(commands.status())).rejects.toThrow(message)
    expect((await call(commands.status())).class).toBe('done')
  })

  it('a verb that hangs, another that does not', async () => {
    await device().setFault({ kind: 'hangVerb', verb: 'status', times: 1 })
    const client = await connect(targetOf(rigged.fleet, TILL))
    await expect(exec(client, 'nightctl status', '', 200)).rejects.toThrow('no answer')
    expect((await exec(client, 'nightctl describe')).status).toBe(0)
    expect((await exec(client, 'nightctl status')).status).toBe(0)
    client.end()
  })

  it('a lost answer: it is done all the same', async () => {
    await device().setFault({ kind: 'loseAnswer', verb: 'disarm' })
    await expect(call(commands.disarm(claim('x', 3)))).rejects.toThrow('closed')
    expect((await operation('x')).state).toBe('done')
  })

  it('a refusal on demand, a shift that stands open until it is closed', async () => {
    await device().setFault({ kind: 'refuseVerb', verb: 'disarm', reason: 'internalError', times: 1 })
    expect(await call(commands.disarm(claim('x')))).toMatchObject({
      class: 'refused',
      reason: 'internalError',
    })
    await device().setFault({ kind: 'shiftOpen' }, { kind: 'receiptOpen' })
    expect(await status()).toMatchObject({ activity: 'receipt', shift: { open: true } })
  })

  it('slow: the answer comes late, but comes', async () => {
    await device().setFault({ kind: 'slow', latencyMs: 300 })
    const began = performance.now()
    expect((await call(commands.status())).class).toBe('done')
    expect(performance.now() - began).toBeGreaterThan(290)
  })
})

describe('power', () => {
  it('a fleet started again goes on where it was: keys, ports, state', async () => {
    await armed()
    const before = rigged.fleet.inventory
    const fleet = await rigged.restart()
    expect(fleet.inventory).toEqual(before)
    // Armed, and this is the next restart: it installs.
    await until(async () => (await status()).version === '00096000', { within: 30_000, label: 'installed' })
    expect(device().activations).toBe(1)
    expect(device().log.at(-1)).toMatch(/^activated 00096000 operation=a generation=1$/)
  })

  it('a download goes on after a power cut, from where it was', async () => {
    const packed = await publish(400_000)
    await device().setFault({ kind: 'dieDuringDownload', bytes: 200_000, backAfterMs: 50 })
    await call(commands.downloadStart(claim('d'), packed.source, packed))
    await until(whenStaged, { within: 30_000, label: 'staged after the cut' })
    const served = rigged.fleet.store('M1').httpBytesServed
    expect(served).toBeGreaterThanOrEqual(packed.size)
    expect(served).toBeLessThan(packed.size * 2)
    expect(await call(commands.verify(packed))).toMatchObject({ class: 'done' })
  })

  it('dies after arming: no answer, back, and on the new version', async () => {
    const packed = await publish()
    await call(commands.downloadStart(claim('d'), packed.source, packed))
    await whenStaged()
    await device().setFault({ kind: 'dieAfterArm', backAfterMs: AWAY_MS })
    await expect(call(commands.arm(claim('a', 2), packed, 60))).rejects.toThrow()
    await expect(call(commands.status())).rejects.toThrow('ECONNREFUSED')
    await device().powerOn()
    const after = await until(
      async () => {
        const seen = await status()
        return seen.health === 'healthy' && seen.version === '00096000' && seen
      },
      { within: 30_000, label: 'back' },
    )
    expect(after).toMatchObject({ armed: null, generation: 2 })
    expect((await operation('a')).state).toBe('done')
    expect(device().activations).toBe(1)
  })

  it.each(['beforeSwitch', 'afterSwitch'] as const)(
    'dies during a restart, %s: finished when it is back',
    async (at) => {
      await armed()
      await device().setFault({ kind: 'dieDuringRestart', at, backAfterMs: AWAY_MS })
      await call(commands.restart(claim('r', 2), 96_000))
      await until(() => !device().isPowered, { within: 30_000, label: 'power gone' })
      expect((await onDisk()).version).toBe(at === 'beforeSwitch' ? 95_000 : 96_000)
      await device().powerOn()
      await until(async () => (await operation('r')).state === 'done', { within: 30_000, label: 'finished' })
      expect(await status()).toMatchObject({ version: '00096000', health: 'healthy' })
      expect(device().activations).toBe(1)
    },
  )

  it('dies before the switch and is back too late: undone, on the old version', async () => {
    let ahead = 0
    await rigged.restart({ now: () => Date.now() + ahead })
    await armed()
    await device().setFault({ kind: 'dieDuringRestart', backAfterMs: AWAY_MS })
    await call(commands.restart(claim('r', 2), 96_000))
    await until(() => !device().isPowered, { within: 30_000, label: 'power gone' })
    ahead = 61_000
    await device().powerOn()
    await until(async () => (await operation('r')).state === 'failed', { within: 30_000, label: 'undone' })
    expect(await operation('r')).toMatchObject({ reason: 'armingExpired' })
    expect(await status()).toMatchObject({
      version: '00095000',
      health: 'healthy',
      armed: null,
      autoUpdate: false,
    })
    expect(device().activations).toBe(0)
  })

  it('off at random instants of an installation: on the old version or the new one, and always sound', async () => {
    await armed()
    await rigged.restart({ speed: { restartMs: 60 } })
    for (const afterMs of [0, 7, 25, 33, 61]) {
      const cut = performance.now() + afterMs
      await until(() => performance.now() >= cut, { within: 30_000, label: 'the instant', every: 1 })
      await device().setOff(true)
      expect([95_000, 96_000]).toContain((await onDisk()).version)
      await device().setOff(false)
    }
    await until(
      async () => (await status()).version === '00096000' && (await status()).health === 'healthy',
      {
        within: 30_000,
        label: 'sound',
      },
    )
    expect(device().activations).toBe(1)
  })

  it('off through the store, and back', async () => {
    const target = targetOf(rigged.fleet, TILL)
    const client = await connect(storeOf(rigged.fleet))
    await device().setOff(true)
    await expect(forward(client, target.port)).rejects.toThrow()
    await device().setOff(false)
    const inner = await connect(target, { sock: await forward(client, target.port) })
    expect((await exec(inner, 'nightctl status')).status).toBe(0)
    await rigged.fleet.store('M1').setFault({ kind: 'off' })
    await expect(exec(inner, 'nightctl status')).rejects.toThrow()
    client.end()
  })
})
