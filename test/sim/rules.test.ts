import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import * as commands from '../../src/device/commands.ts'
import { operationData, statusData } from '../../src/device/contract.ts'
import { until } from '../support/until.ts'
import { connect, exec, nightctl, type Rig, readAnswer, rig, storeOf, targetOf } from './support.ts'

let rigged: Rig
beforeEach(async () => {
  rigged = await rig()
})
afterEach(() => rigged.end())

const TILL = '50001002'
const device = () => rigged.fleet.device(TILL)
const call = ({ args, input }: commands.Call) => nightctl(rigged.fleet, TILL, args, input)
const claim = (operation: string, generation: number) => ({ cashId: TILL, operation, generation })
const status = async () => statusData.parse((await call(commands.status())).data)
const operation = async (id: string) =>
  operationData.parse((await call(commands.operation(id))).data).operation

async function armed(generation: number): Promise<commands.PackageRef> {
  const data = Buffer.from('the new version')
  const { packageFolder, packageUrl } = storeOf(rigged.fleet)
  await writeFile(path.join(packageFolder, 'p'), data)
  const packed = {
    version: 96_000,
    size: data.length,
    sha256: createHash('sha256').update(data).digest('hex'),
  }
  await call(commands.downloadStart(claim('d', generation), `${packageUrl}/p`, packed))
  await until(async () => (await status()).download?.state === 'done', {
    within: 30_000,
    label: 'downloaded',
  })
  await call(commands.arm(claim('a', generation), packed, 60))
  return packed
}

describe('identity and generation', () => {
  it('refuses what is meant for another device before anything else', async () => {
    const answer = await call(commands.disarm({ cashId: '50001003', operation: 'x', generation: 99 }))
    expect(answer).toMatchObject({ class: 'refused', reason: 'wrongDevice' })
    expect((await status()).generation).toBe(0)
    await device().setFault({ kind: 'wrongCashId', cashId: '50009999' })
    expect(await call(commands.disarm(claim('x', 1)))).toMatchObject({ reason: 'wrongDevice' })
    expect((await status()).cashId).toBe('50009999')
  })

  it('refuses a lower generation for ever, also after a restart of the device', async () => {
    expect((await call(commands.disarm(claim('x5', 5)))).class).toBe('done')
    expect((await call(commands.disarm(claim('y5', 5)))).class).toBe('done')
    expect(await call(commands.disarm(claim('x4', 4)))).toMatchObject({
      class: 'refused',
      reason: 'superseded',
    })
    await rigged.restart()
    expect(await call(commands.disarm(claim('x4', 4)))).toMatchObject({
      class: 'refused',
      reason: 'superseded',
    })
    expect((await status()).generation).toBe(5)
    expect(
      device().log.filter((line) => line.startsWith('refused superseded disarm operation=x4')),
    ).toHaveLength(2)
  })

  it('answers a repeated operation from its record, whatever its generation was', async () => {
    await armed(1)
    const restart = commands.restart(claim('r', 2), 96_000)
    await call(restart)
    await until(async () => (await operation('r')).state === 'done', { within: 30_000, label: 'restarted' })
    await call(commands.disarm(claim('later', 9)))
    expect((await call(restart)).data).toMatchObject({ operation: { id: 'r', state: 'done', generation: 2 } })
    await rigged.restart()
    expect((await call(restart)).data).toMatchObject({ operation: { id: 'r', state: 'done' } })
    expect(device().activations).toBe(1)
    expect((await call(commands.disarm(claim('r', 9)))).class).toBe('usage')
  })

  it('does one mutating verb at a time', async () => {
    await rigged.restart({ speed: { restartMs: 4000 } })
    await armed(1)
    const running = await call(commands.restart(claim('r', 2), 96_000))
    expect(running.data).toMatchObject({ operation: { state: 'running' } })
    expect(await call(commands.disarm(claim('x', 3)))).toMatchObject({ class: 'later', reason: 'deviceBusy' })
    expect((await operation('x')).state).toBe('unknown')
    await until(async () => (await operation('r')).state === 'done', { within: 30_000, label: 'restarted' })
    expect((await call(commands.disarm(claim('x', 3)))).class).toBe('done')
  })

  it('activates once, whoever asks how often', async () => {
    await armed(1)
    const line = commands.restart(claim('r', 2), 96_000).args.join(' ')
    const client = await connect(targetOf(rigged.fleet, TILL))
    const answers = await Promise.all(Array.from({ length: 8 }, () => exec(client, `nightctl ${line}`)))
    client.end()
    for (const answer of answers.map(readAnswer)) expect(['done', 'later']).toContain(answer.class)
    await until(async () => (await operation('r')).state === 'done', { within: 30_000, label: 'restarted' })
    expect(device().activations).toBe(1)
  })

  it('a refusal is no operation, so the same one may come again', async () => {
    await armed(1)
    await device().setFault({ kind: 'receiptOpen', times: 1 })
    const restart = commands.restart(claim('r', 2), 96_000)
    expect(await call(restart)).toMatchObject({ class: 'refused', reason: 'receiptOpen' })
    await device().setFault(null)
    expect((await call(restart)).class).toBe('done')
  })
})

describe('calls that break the contract', () => {
  const common = ['--cash-id', TILL, '--operation', 'o', '--generation', '1']
  it.each([
    [['fly']],
    [[]],
    [['download']],
    [['download', 'pause', ...common]],
    [['operation']],
    [['operation', 'a/b']],
    [['status', '--verbose', 'true']],
    [['disarm']],
    [['disarm', ...common.slice(0, 4)]],
    [['disarm', ...common.slice(0, 5), '-1']],
    [['disarm', ...common, '--generation', '2']],
    [['restart', '--version', '96000', ...common]],
    [['block', '--on', 'yes', ...common]],
    [['verify', '--version', '00096000', '--size', '1', '--sha256', 'ABC']],
    [
      [
        'download',
        'start',
        '--source',
        'file:///etc/passwd',
        '--version',
        '00096000',
        '--size',
        '1',
        '--sha256',
        '0'.repeat(64),
        ...common,
      ],
    ],
  ])('%j', async (words) => {
    expect(await nightctl(rigged.fleet, TILL, words)).toMatchObject({ class: 'usage' })
    expect((await status()).generation).toBe(0)
  })

  it('runs nightctl and nothing else', async () => {
    const client = await connect(targetOf(rigged.fleet, TILL))
    expect((await exec(client, 'reboot')).status).toBe(127)
    expect((await exec(client, 'nightctl status; reboot')).status).toBe(127)
    expect((await exec(client, "'/opt/night shift/nightctl' 'status'")).status).toBe(0)
    client.end()
  })
})
