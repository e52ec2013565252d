/** Commands on real OpenSSH servers, directly and through a store to its devices. */
import { existsSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { fingerprint, parseHostKey } from '../../src/hosts/host-key.ts'
import { scanHostKeys } from '../../src/ssh/scan.ts'
import { describeSshd, makeKey, type Sshd } from '../support/sshd.ts'
import { until } from '../support/until.ts'
import { Bench, expectFailure } from './bench.ts'

const soon = { deadlineMs: 50_000 }
let bench: Bench
/** Hangs as long as the test: sshd lets a command live on when its connection goes. It says by a file that it has begun. */
const aWhile = (mark = 'begun') => [
  'sh',
  '-c',
  `: >"$1/$2"; while [ -d "$1" ]; do sleep 0.2; done`,
  ...['sh', bench.dir, mark],
]
const begun = (mark = 'begun') =>
  until(() => existsSync(path.join(bench.dir, mark)), { within: 30_000, label: `the command has ${mark}` })
beforeEach(async () => {
  bench = await Bench.start()
})
afterEach(() => bench.end())

const sockets = () => process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length
/** One that was destroyed is counted until the event loop has turned. Far sooner than anything that is idle is closed. */
const untilSockets = (count: number) =>
  until(() => sockets() === count, { within: 10_000, label: `${count} sockets`, every: 1 })

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer())
  await Promise.all(servers.map((s) => new Promise<void>((resolve) => s.listen(0, '127.0.0.1', resolve))))
  const ports = servers.map((s) => (s.address() as { port: number }).port)
  await Promise.all(servers.map((s) => new Promise((resolve) => s.close(resolve))))
  return ports
}

describeSshd('one real server', () => {
  test('hostile words reach the program as they are, and no shell', async () => {
    const server = await bench.sshd()
    const trap = path.join(bench.dir, 'pwned')
    const words = [
      "it's",
      '"double"',
      `$(touch ${trap})`,
      `\`touch ${trap}\``,
      `; touch ${trap} #`,
      'two\nlines',
      '\ttab ',
      '',
      '*',
      '~',
      '\\',
      '-n',
      '!!',
      'ключ 🔑',
      '&& false || true > /dev/null',
      "'\\''",
      '\r\n',
    ]
    const store = bench.endpoint(server)
    const result = await bench.pool().exec({ store }, ['printf', '%s\\0', ...words], soon)
    expect(result.stdout.split('\0')).toEqual([...words, ''])
    expect(result).toMatchObject({ exitStatus: 0, stderr: '', truncated: false })
    expect(existsSync(trap)).toBe(false)
  })

  test('input, exit status, stderr, signal', async () => {
    const store = bench.endpoint(await bench.sshd())
    const pool = bench.pool()
    const text = 'строка\n'.repeat(50_000)
    const counted = await pool.exec({ store }, ['wc', '-c'], { ...soon, input: text })
    expect(Number(counted.stdout)).toBe(Buffer.byteLength(text))
    expect(await pool.exec({ store }, ['cat'], soon)).toMatchObject({ exitStatus: 0, stdout: '' })
    const failed = await pool.exec({ store }, ['sh', '-c', 'echo oops >&2; exit 77'], soon)
    expect(failed).toMatchObject({ exitStatus: 77, stdout: '', stderr: 'oops\n' })
    expect(await pool.exec({ store }, ['no-such-program'], soon)).toMatchObject({ exitStatus: 127 })
    expect(await pool.exec({ store }, ['sh', '-c', 'kill -9 $$'], soon)).toMatchObject({
      exitStatus: null,
      signal: 'SIGKILL',
    })
    expect(await pool.exec({ store }, ['head', '-c', '200000', '/dev/zero'], soon)).toMatchObject({
      exitStatus: 0,
      truncated: true,
    })
  })

  test('a command that hangs: timedOut at the deadline; abort: the reason of the signal', async () => {
    const server = await bench.sshd()
    const store = bench.endpoint(server)
    const pool = bench.pool()
    await pool.exec({ store }, ['true'], soon)
    // Time enough for a busy sshd to begin with it: only then it may have run.
    await expectFailure(pool.exec({ store }, aWhile(), { deadlineMs: 4000 }), 'timedOut', true)
    const controller = new AbortController()
    const reason = new Error('stopped')
    const call = pool.exec({ store }, aWhile('second'), { deadlineMs: 60_000, signal: controller.signal })
    await begun('second')
    controller.abort(reason)
    await expect(call).rejects.toBe(reason)
  })

  test('twelve commands that hang do not use up MaxSessions', async () => {
    const server = await bench.sshd()
    const store = bench.endpoint(server)
    const pool = bench.pool()
    await pool.exec({ store }, ['true'], soon)
    const hanging = Array.from({ length: 12 }, () => pool.exec({ store }, aWhile(), { deadlineMs: 1500 }))
    for (const call of hanging) await expectFailure(call, 'timedOut')
    expect(await pool.exec({ store }, ['echo', 'alive'], soon)).toMatchObject({ stdout: 'alive\n' })
  })

  test('many commands share one connection', async () => {
    const server = await bench.sshd()
    const store = bench.endpoint(server)
    const pool = bench.pool()
    const results = await Promise.all(
      Array.from({ length: 60 }, (_, i) => pool.exec({ store }, ['echo', String(i)], soon)),
    )
    expect(results.map((result) => Number(result.stdout))).toEqual(results.map((_, i) => i))
    expect(server.accepted()).toBe(1)
  })

  test('a key the server does not know: signInRefused once, then the server is left alone', async () => {
    const server = await bench.sshd()
    makeKey(bench.dir, 'stranger')
    const pool = bench.pool()
    const store = bench.endpoint(server, { credential: 'stranger' })
    await expectFailure(pool.exec({ store }, ['true'], soon), 'signInRefused', false)
    await expectFailure(pool.exec({ store }, ['true'], soon), 'signInRefused', false)
    await until(() => server.log().includes('Failed publickey'), { within: 30_000, label: 'sshd logs it' })
    expect(server.log().match(/Failed publickey/g)).toHaveLength(1)
    expect(server.accepted()).toBe(1)
  })

  test('the server comes back with another key: hostKeyChanged', async () => {
    const first = await bench.sshd()
    const pool = bench.pool()
    const store = bench.endpoint(first)
    expect((await pool.exec({ store }, ['true'], soon)).exitStatus).toBe(0)
    await first.stop()
    const second = await bench.sshd({ port: first.port })
    const failure = await expectFailure(pool.exec({ store }, ['true'], soon), 'hostKeyChanged', false)
    expect(failure.params.shown).toBe(fingerprint(parseHostKey(second.hostKey)?.blob as Buffer))
    expect(second.log()).not.toContain('Accepted publickey')
  })

  test('of several host keys the pinned type is shown; a scan finds them all', async () => {
    const server = await bench.sshd({ hostKeyTypes: ['rsa', 'ecdsa', 'ed25519'] })
    const pool = bench.pool()
    for (const line of server.hostKeys) {
      const store = bench.endpoint(server, { hostKeys: [line] })
      expect((await pool.exec({ store }, ['true'], soon)).exitStatus).toBe(0)
    }
    expect((await scanHostKeys(server.host, server.port, soon)).sort()).toEqual([...server.hostKeys].sort())
  })

  test('MaxStartups: throttled, then in', async () => {
    const server = await bench.sshd({ extraConfig: ['MaxStartups 1', 'LoginGraceTime 30'] })
    const idler = connect(server.port, server.host)
    idler.on('error', () => {})
    await until(() => server.accepted() === 1, { within: 25_000, label: 'somebody is signing in' })
    const store = bench.endpoint(server)
    const pool = bench.pool()
    await expectFailure(pool.exec({ store }, ['true'], soon), 'throttled', false)
    idler.destroy()
    await until(async () => (await pool.exec({ store }, ['true'], soon)).exitStatus === 0, {
      within: 30_000,
      label: 'the place is free',
    })
  })

  test('after close nothing is left, here or there', async () => {
    const before = sockets()
    const [server, device] = [await bench.sshd(), await bench.sshd()]
    const route = { store: bench.endpoint(server), device: bench.endpoint(device) }
    const pool = bench.pool()
    await pool.exec(route, ['true'], soon)
    const hanging = expectFailure(pool.exec(route, aWhile(), soon), 'connectionLost', true)
    await begun()
    await pool.close()
    await hanging
    await untilSockets(before)
    await until(() => server.sessions().length + device.sessions().length === 0, {
      within: 20_000,
      label: 'both let go',
    })
    await expectFailure(pool.exec(route, ['true'], soon), 'connectionLost', false)
    await untilSockets(before)
  })

  test('close while connecting', async () => {
    const before = sockets()
    const server = await bench.sshd()
    const pool = bench.pool()
    const calls = Array.from({ length: 4 }, (_, i) =>
      expectFailure(
        pool.exec({ store: bench.endpoint(server, { user: `nobody-${i}` }) }, ['true'], soon),
        'connectionLost',
        false,
      ),
    )
    await until(() => sockets() > before, { within: 20_000, label: 'connecting', every: 1 })
    await pool.close()
    await Promise.all(calls)
    await untilSockets(before)
  })
})

/** A server on so many ports more. Between choosing and listening somebody else may take one: then on others. */
async function sshdOnMany(count: number): Promise<{ sshd: Sshd; ports: number[] }> {
  for (let attempt = 1; ; attempt++) {
    const own = await freePorts(count)
    const sshd = await bench.sshd({
      extraConfig: ['MaxStartups 200', ...own.map((port) => `Port ${port}`)],
    })
    const ports = [...own, sshd.port]
    const isTaken = () => /failed: Address already in use|Cannot bind/.test(sshd.log())
    const isListening = (port: number) => sshd.log().includes(` on 127.0.0.1 port ${port}.`)
    const isSettled = () => isTaken() || ports.every(isListening)
    await until(isSettled, { within: 30_000, label: 'it listens on each' })
    if (!isTaken()) return { sshd, ports }
    if (attempt >= 5) throw new Error(`no ${count} free ports: ${sshd.log()}`)
    await sshd.stop()
  }
}

describeSshd('a store and its devices', () => {
  test('a device through its store, each with its own key', async () => {
    const [server, device] = [await bench.sshd(), await bench.sshd()]
    const pool = bench.pool()
    const route = { store: bench.endpoint(server), device: bench.endpoint(device) }
    const result = await pool.exec(route, ['sh', '-c', 'echo "$SSH_CONNECTION"'], soon)
    expect(result.stdout.trim().split(' ').at(-1)).toBe(String(device.port))
    const swapped = { ...route, device: bench.endpoint(device, { hostKeys: server.hostKeys }) }
    const failure = await expectFailure(pool.exec(swapped, ['true'], soon), 'hostKeyChanged', false)
    expect(failure.params.hop).toBe('device')
    expect(await pool.scanDevice(route.store, { host: device.host, port: device.port }, soon)).toEqual([
      device.hostKey,
    ])
    expect(server.accepted()).toBe(1)
  })

  test('the till is off: tillOffline; the store is off: storeOffline', async () => {
    const [server, device] = [await bench.sshd(), await bench.sshd()]
    const pool = bench.pool()
    const route = { store: bench.endpoint(server), device: bench.endpoint(device) }
    expect((await pool.exec(route, ['true'], soon)).exitStatus).toBe(0)
    await device.kill()
    await expectFailure(pool.exec(route, ['true'], soon), 'tillOffline', false)
    expect((await pool.exec({ store: route.store }, ['true'], soon)).exitStatus).toBe(0)
    await server.kill()
    await expectFailure(pool.exec(route, ['true'], soon), 'storeOffline', false)
  })

  test('the account may not reach the device: signInRefused, for a person', async () => {
    const [server, device] = [
      await bench.sshd({ extraConfig: ['PermitOpen 127.0.0.1:1'] }),
      await bench.sshd(),
    ]
    const route = { store: bench.endpoint(server), device: bench.endpoint(device) }
    const pool = bench.pool()
    const failure = await expectFailure(pool.exec(route, ['true'], soon), 'signInRefused', false)
    expect(failure.params.problem).toBe('forwardingForbidden')
    expect((await pool.exec({ store: route.store }, ['true'], soon)).exitStatus).toBe(0)
  })

  test('forty devices at once through one connection to the store', async () => {
    const server = await bench.sshd()
    // One sshd listens on sixteen ports at most. One after another: what one has taken no other one chooses.
    const devices = [await sshdOnMany(13), await sshdOnMany(13), await sshdOnMany(13)]
    const pool = bench.pool()
    const routes = devices
      .flatMap(({ sshd, ports }) => ports.map((port) => bench.endpoint(sshd, { port })))
      .slice(0, 40)
      .map((device) => ({ store: bench.endpoint(server), device }))
    expect(routes).toHaveLength(40)
    const results = await Promise.all(
      routes.map((route) => pool.exec(route, ['sh', '-c', 'echo "$SSH_CONNECTION"'], { deadlineMs: 50_000 })),
    )
    const reached = results.map((result) => Number(result.stdout.trim().split(' ').at(-1)))
    expect(reached).toEqual(routes.map((route) => route.device.port))
    expect(server.accepted()).toBe(1)
    expect(devices.reduce((sum, { sshd }) => sum + sshd.accepted(), 0)).toBe(40)
  })
})
