/** Devices behind a store server, when one of the two misbehaves. */
import { connect } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { SshPool } from '../../src/ssh/pool.ts'
import { until } from '../support/until.ts'
import { Bench, expectFailure } from './bench.ts'
import { type FakeServer, newKeyPair } from './fake-server.ts'

const soon = { deadlineMs: 50_000 }
let bench: Bench
beforeEach(async () => {
  bench = await Bench.start()
})
afterEach(() => bench.end())

describe('through a store to a device', () => {
  /** A store that connects to devices by number: their server's port decides what happens. */
  const piped = (reach: (port: number) => FakeServer | undefined) =>
    bench.fake({
      forward: (info, accept, reject) => {
        const device = reach(info.destPort)
        if (device === undefined) return reject()
        const channel = accept()
        const socket = connect(device.port, '127.0.0.1')
        socket.on('error', () => channel.end())
        channel.on('error', () => {})
        channel.pipe(socket).pipe(channel)
      },
    })

  /** What is short are the times that are waited for: the store's own connection is there before. */
  const connected = async (pool: SshPool, store: FakeServer): Promise<void> => {
    const isThere = async () => (await pool.exec({ store: store.endpoint() }, ['x'], soon)).exitStatus === 0
    await until(isThere, { within: 30_000, label: 'the store is connected' })
  }

  test('the device is refused by the store: tillOffline', async () => {
    const device = await bench.fake()
    const store = await bench.fake({ forward: (_info, _accept, reject) => reject() })
    const route = { store: store.endpoint(), device: device.endpoint() }
    await expectFailure(bench.pool().exec(route, ['x'], soon), 'tillOffline', false)
  })

  test('the store never answers: tillOffline when the time to connect is over', async () => {
    const store = await bench.fake({ forward: () => {} })
    const pool = bench.pool({ storeConnectMs: 1000, deviceConnectMs: 200 })
    await connected(pool, store)
    const route = { store: store.endpoint(), device: store.endpoint({ port: 1 }) }
    await expectFailure(pool.exec(route, ['x'], soon), 'tillOffline', false)
    expect((await pool.exec({ store: store.endpoint() }, ['x'], soon)).exitStatus).toBe(0)
  })

  test('the device never says a word: tillOffline; the store goes meanwhile: the store is blamed', async () => {
    const mute = await bench.fake({ socket: (socket) => void socket.resume() })
    const store = await piped(() => mute)
    const pool = bench.pool({ storeConnectMs: 1000, deviceConnectMs: 200 })
    await connected(pool, store)
    const route = { store: store.endpoint(), device: mute.endpoint() }
    await expectFailure(pool.exec(route, ['x'], soon), 'tillOffline', false)
    const patient = bench.pool()
    const lost = expectFailure(patient.exec(route, ['x'], soon), 'storeOffline', false)
    await until(() => mute.accepted === 2, { within: 20_000, label: 'the hop is open' })
    await store.stop()
    await lost
  })

  test('the store is offline: storeOffline, whatever the device is', async () => {
    const device = await bench.fake()
    const store = (await bench.fake()).endpoint({ port: 1 })
    const route = { store, device: device.endpoint() }
    await expectFailure(bench.pool().exec(route, ['x'], soon), 'storeOffline', false)
  })

  test("the device's own key is pinned: a store that answers in its place is found out", async () => {
    const device = await bench.fake()
    const impostor = await bench.fake()
    const store = await piped(() => impostor)
    const route = { store: store.endpoint(), device: device.endpoint() }
    const pool = bench.pool()
    const failure = await expectFailure(pool.exec(route, ['x'], soon), 'hostKeyChanged', false)
    expect(failure.params.hop).toBe('device')
    await expectFailure(pool.exec(route, ['x'], soon), 'hostKeyChanged', false)
    expect(impostor.accepted).toBe(1)
    const unknown = {
      store: store.endpoint(),
      device: device.endpoint({ hostKeys: [newKeyPair('rsa').line.slice(8)] }),
    }
    await expectFailure(pool.exec(unknown, ['x'], soon), 'hostKeyUnknown', false)
  })

  test('the store goes while a device works: connectionLost, it may have run', async () => {
    let running = false
    const device = await bench.fake({
      exec: () => {
        running = true
      },
    })
    const store = await piped(() => device)
    const lost = expectFailure(
      bench.pool().exec({ store: store.endpoint(), device: device.endpoint() }, ['x'], soon),
      'connectionLost',
      true,
    )
    await until(() => running, { within: 20_000, label: 'the command runs' })
    await store.stop()
    await lost
  })

  test('half-closed by the device, and the store passes on no more than that: given up on', async () => {
    const device = await bench.fake({
      exec: () => {
        for (const socket of device.sockets) socket.end()
      },
    })
    const store = await bench.fake({
      forward: (_info, accept) => {
        const channel = accept()
        const socket = connect({ port: device.port, host: '127.0.0.1', allowHalfOpen: true })
        socket.on('error', () => {})
        socket.on('data', (data) => channel.write(data))
        socket.on('end', () => channel.eof())
        channel.on('data', (data: Buffer) => socket.write(data))
      },
    })
    const route = { store: store.endpoint(), device: device.endpoint() }
    await expectFailure(bench.pool().exec(route, ['x'], soon), 'connectionLost', true)
  })

  test('devices leave soon, the store stays while they are there', async () => {
    const device = await bench.fake()
    const store = await piped(() => device)
    const pool = bench.pool({ deviceIdleMs: 50, storeIdleMs: 4000 })
    await pool.exec({ store: store.endpoint(), device: device.endpoint() }, ['x'], soon)
    await until(() => device.sockets.size === 0, { within: 20_000, label: 'the device connection is closed' })
    expect(store.sockets.size).toBe(1)
    await until(() => store.sockets.size === 0, { within: 20_000, label: 'the store connection is closed' })
  })
})
