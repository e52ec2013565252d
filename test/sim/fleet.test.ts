import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import ssh2 from 'ssh2'
import { afterEach, describe, expect, it } from 'vitest'
import * as commands from '../../src/device/commands.ts'
import { describeData, statusData } from '../../src/device/contract.ts'
import { type Inventory, startFleet } from '../../src/sim/fleet.ts'
import { hostKeyOf, newKeyPair } from '../../src/sim/keys.ts'
import { runSim } from '../../src/sim/main.ts'
import { until } from '../support/until.ts'
import { connect, exec, nightctl, operatorKey, type Rig, rig, storeOf, targetOf } from './support.ts'

let rigged: Rig | undefined
afterEach(async () => {
  await rigged?.end()
  rigged = undefined
})

describe('the inventory', () => {
  it('is plain JSON: stores, and tills spread over them, a third of them self-checkouts', async () => {
    rigged = await rig({ stores: 3, tills: 13, timeZones: ['Asia/Vladivostok', 'Europe/Moscow'] })
    const inventory = JSON.parse(JSON.stringify(rigged.fleet.inventory)) as Inventory
    expect(inventory).toEqual(rigged.fleet.inventory)
    expect(inventory.stores.map(({ code, timeZone, devices }) => [code, timeZone, devices.length])).toEqual([
      ['M1', 'Asia/Vladivostok', 5],
      ['M2', 'Europe/Moscow', 4],
      ['M3', 'Asia/Vladivostok', 4],
    ])
    const devices = inventory.stores.flatMap((store) => store.devices)
    const ids = devices.map(({ cashId }) => cashId)
    expect(ids).toEqual(Array.from({ length: 13 }, (_, i) => String(50_001_002 + i)))
    const selfCheckouts = devices.filter(({ kind }) => kind === 'selfCheckout')
    expect(selfCheckouts.length).toBe(3)
    for (const { cashId, name, number } of selfCheckouts) {
      expect([name, number]).toEqual([`Терминал самообслуживания id = ${cashId}`, 0])
    }
    expect(devices[0]).toMatchObject({ kind: 'till', number: 1, name: 'Терминал №1', agent: 'nightctl' })
    expect(new Set(devices.map(({ port }) => port)).size).toBe(13)
    expect(new Set(devices.flatMap(({ hostKeys }) => hostKeys)).size).toBe(13)
    expect(path.isAbsolute(inventory.stores[0]?.packageFolder ?? '')).toBe(true)
    expect(() => rigged?.fleet.device('1')).toThrow(RangeError)
    expect(() => rigged?.fleet.store('M4')).toThrow(RangeError)
  })

  it('store servers are devices too, when asked for: their agent answers on their own SSH', async () => {
    rigged = await rig({ storeServers: true })
    const { fleet } = rigged
    expect(targetOf(fleet, 'M1').port).toBe(storeOf(fleet).port)
    expect(describeData.parse((await nightctl(fleet, 'M1', ['describe'])).data).kinds).toEqual([
      'storeServer',
    ])
    const { shift, cashId } = statusData.parse((await nightctl(fleet, 'M1', ['status'])).data)
    expect([shift, cashId]).toEqual([null, 'M1'])
    const { args } = commands.disarm({ cashId: 'M1', operation: 'x', generation: 7 })
    expect((await nightctl(fleet, 'M1', args)).class).toBe('done')
    await fleet.device('M1').setOff(true)
    await expect(connect(storeOf(fleet))).rejects.toThrow('ECONNREFUSED')
    await fleet.device('M1').setOff(false)
    expect((await nightctl(fleet, 'M1', ['status'])).data).toMatchObject({ generation: 7 })
    const client = await connect(storeOf(fleet))
    expect((await exec(client, 'true')).status).toBe(0)
    client.end()
  })
})

describe('keys', () => {
  it('are read by ssh2, and are the same again from the same secret', () => {
    for (const pair of Array.from({ length: 20 }, newKeyPair)) {
      const parsed = ssh2.utils.parseKey(pair.privateKey)
      if (parsed instanceof Error) throw parsed
      expect(`ssh-ed25519 ${parsed.getPublicSSH().toString('base64')}`).toBe(pair.publicLine)
      const data = Buffer.from('signed')
      expect(parsed.verify(data, parsed.sign(data))).toBe(true)
    }
    expect(hostKeyOf('s', 'M1', 0)).toEqual(hostKeyOf('s', 'M1', 0))
    expect(hostKeyOf('s', 'M1', 1)).not.toEqual(hostKeyOf('s', 'M1', 0))
  })
})

describe('a large fleet', () => {
  it('starts light: idle devices cost a socket, and leave no folder behind', async () => {
    const dir = await mkdtemp(path.join(tmpdir(), 'nightshift-sim-large-'))
    const fleet = await startFleet({
      dir,
      stores: 20,
      tills: 1000,
      version: 95_000,
      clientKey: operatorKey.publicLine,
    })
    try {
      expect((await nightctl(fleet, '50002001', ['status'])).class).toBe('done')
      await expect(stat(path.join(dir, 'M20', '50002001'))).rejects.toThrow('ENOENT')
    } finally {
      await fleet.stop()
      await rm(dir, { recursive: true, force: true })
    }
  })
})

describe('nightshift sim', () => {
  it('prints and writes where everything is, stays up, stops when told', async () => {
    const dir = await mkdtemp(path.join(tmpdir(), 'nightshift-sim-main-'))
    const stop = new AbortController()
    const lines: string[] = []
    const running = runSim({ dir, stores: 2, tills: 4, signal: stop.signal }, (line) => lines.push(line))
    try {
      await until(() => lines.some((line) => line.includes('interrupt to stop')), {
        within: 30_000,
        label: 'started',
      })
      const inventory = JSON.parse(await readFile(path.join(dir, 'inventory.json'), 'utf8')) as Inventory
      expect(lines.filter((line) => /^ {2}5000/.test(line))).toHaveLength(4)
      const keyFile = lines.find((line) => line.startsWith('key: '))?.slice(5) ?? ''
      expect((await stat(keyFile)).mode & 0o777).toBe(0o600)
      const [store] = inventory.stores
      if (!store) throw new Error('no store')
      const client = await connect(store, { privateKey: await readFile(keyFile, 'utf8') })
      expect((await exec(client, 'true')).status).toBe(0)
      client.end()
    } finally {
      stop.abort()
      await running
      await rm(dir, { recursive: true, force: true })
    }
  })
})
