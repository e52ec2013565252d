/** Servers that never become a connection: each must end quickly, with the right code, and cost little. */
import { createServer } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { fingerprint, parseHostKey } from '../../src/hosts/host-key.ts'
import { until } from '../support/until.ts'
import { Bench, expectFailure } from './bench.ts'
import { newKeyPair } from './fake-server.ts'

const soon = { deadlineMs: 50_000 }
let bench: Bench
beforeEach(async () => {
  bench = await Bench.start()
})
afterEach(() => bench.end())

describe('a store server that cannot be reached', () => {
  test('nobody listens: storeOffline, not sent', async () => {
    // A port that was closed a moment ago may be somebody else's now; the first one is nobody's.
    const closed = (await bench.fake()).endpoint({ port: 1 })
    const failure = await expectFailure(
      bench.pool().exec({ store: closed }, ['true'], soon),
      'storeOffline',
      false,
    )
    expect(failure.params.problem).toBe('ECONNREFUSED')
  })

  test('it accepts and never says a word: storeOffline when the time to connect is over', async () => {
    const mute = await bench.fake({ socket: (socket) => void socket.resume() })
    const pool = bench.pool({ storeConnectMs: 150 })
    await expectFailure(pool.exec({ store: mute.endpoint() }, ['true'], soon), 'storeOffline', false)
    await until(() => mute.sockets.size === 0, { within: 20_000, label: 'the socket is given up' })
  })

  test("the caller's deadline passes while connecting: storeOffline, and a later caller shares the attempt", async () => {
    let serve = () => {}
    const slow = await bench.fake({
      socket: (_socket, go) => {
        serve = go
      },
    })
    const pool = bench.pool()
    await expectFailure(
      pool.exec({ store: slow.endpoint() }, ['true'], { deadlineMs: 100 }),
      'storeOffline',
      false,
    )
    const second = pool.exec({ store: slow.endpoint() }, ['echo'], soon)
    await until(() => slow.accepted === 1, { within: 20_000, label: 'the first attempt has arrived' })
    serve()
    expect((await second).stdout).toBe('echo')
    expect(slow.accepted).toBe(1)
  })

  test.each([
    ['closes', (socket: import('node:net').Socket) => void socket.end()],
    ['resets', (socket: import('node:net').Socket) => void socket.resetAndDestroy()],
    ['says it is full', (socket: import('node:net').Socket) => void socket.end('Exceeded MaxStartups\r\n')],
  ])('it %s before its version: throttled', async (_name, socket) => {
    const full = await bench.fake({ socket })
    await expectFailure(bench.pool().exec({ store: full.endpoint() }, ['true'], soon), 'throttled', false)
  })

  test('it closes in the middle of the handshake: storeOffline', async () => {
    const rude = await bench.fake({
      socket: (socket) => {
        socket.write('SSH-2.0-rude\r\n')
        socket.once('data', () => socket.end())
      },
    })
    await expectFailure(bench.pool().exec({ store: rude.endpoint() }, ['true'], soon), 'storeOffline', false)
  })

  test('it speaks garbage: storeOffline, and its half-open socket is not kept', async () => {
    const garbage = await bench.fake({
      socket: (socket) => {
        socket.resume()
        socket.write(`SSH-2.0-odd\r\n${'\xff'.repeat(5000)}`)
      },
    })
    await expectFailure(
      bench.pool().exec({ store: garbage.endpoint() }, ['true'], soon),
      'storeOffline',
      false,
    )
    await until(() => garbage.sockets.size === 0, { within: 20_000, label: 'the socket is destroyed' })
  })

  test('text before the version and a banner are ignored', async () => {
    const chatty = await bench.fake({
      greeting: 'Welcome!\r\nAuthorised only',
      banner: 'NO ENTRY\n'.repeat(100),
    })
    const result = await bench.pool().exec({ store: chatty.endpoint() }, ['uname', '-a'], soon)
    expect(result).toEqual({ exitStatus: 0, signal: null, stdout: 'uname -a', stderr: '', truncated: false })
  })
})

describe('host keys', () => {
  test('none is pinned: hostKeyUnknown, and no connection is even tried', async () => {
    const server = await bench.fake()
    const pool = bench.pool()
    for (const hostKeys of [[], ['rubbish'], ['ssh-ed25519 AAAA']]) {
      await expectFailure(
        pool.exec({ store: server.endpoint({ hostKeys }) }, ['true'], soon),
        'hostKeyUnknown',
        false,
      )
    }
    expect(server.accepted).toBe(0)
  })

  test('another is shown: hostKeyChanged with its fingerprint, no sign-in, and the host is left alone', async () => {
    let signIns = 0
    const server = await bench.fake({
      auth: (context) => {
        signIns += 1
        context.accept()
      },
    })
    const pool = bench.pool()
    const wrong = server.endpoint({ hostKeys: [newKeyPair().line] })
    const failure = await expectFailure(pool.exec({ store: wrong }, ['true'], soon), 'hostKeyChanged', false)
    expect(failure.params.shown).toBe(fingerprint(parseHostKey(server.hostKey)?.blob as Buffer))
    await expectFailure(pool.exec({ store: wrong }, ['true'], soon), 'hostKeyChanged', false)
    expect({ accepted: server.accepted, signIns }).toEqual({ accepted: 1, signIns: 0 })
    // A person has pinned the new key meanwhile: that need not wait.
    expect((await pool.exec({ store: server.endpoint() }, ['x'], soon)).stdout).toBe('x')
  })

  test('the host is tried again when the breaker is over', async () => {
    const server = await bench.fake()
    const pool = bench.pool({ breakerMs: 50 })
    const wrong = { store: server.endpoint({ hostKeys: [newKeyPair().line] }) }
    await expectFailure(pool.exec(wrong, ['true'], soon), 'hostKeyChanged')
    await until(
      async () => {
        await expectFailure(pool.exec(wrong, ['true'], soon), 'hostKeyChanged')
        return server.accepted === 2
      },
      { within: 30_000, label: 'a second handshake' },
    )
  })

  test('of several types the pinned one is asked for; when it is gone: hostKeyChanged', async () => {
    const [ed, ec, rsa] = [newKeyPair('ed25519'), newKeyPair('ecdsa'), newKeyPair('rsa')]
    const server = await bench.fake({ hostKeys: [ed.secret, ec.secret, rsa.secret] })
    const pool = bench.pool()
    for (const key of [rsa, ec, ed]) {
      const store = server.endpoint({ hostKeys: [key.line] })
      expect((await pool.exec({ store }, ['x'], soon)).exitStatus).toBe(0)
    }
    const onlyEd = await bench.fake({ hostKeys: [ed.secret] })
    const store = onlyEd.endpoint({ hostKeys: [rsa.line] })
    const failure = await expectFailure(pool.exec({ store }, ['true'], soon), 'hostKeyChanged', false)
    expect(failure.params.problem).toBe('noPinnedType')
  })
})

describe('signing in', () => {
  test('refused: one key, once; no other method; the host is left alone and others wait', async () => {
    const methods: string[] = []
    const server = await bench.fake({
      auth: (context) => {
        methods.push(context.method)
        context.reject(['publickey', 'password', 'keyboard-interactive'])
      },
    })
    const pool = bench.pool()
    const results = Array.from({ length: 5 }, () => pool.exec({ store: server.endpoint() }, ['true'], soon))
    for (const result of results) await expectFailure(result, 'signInRefused', false)
    await expectFailure(pool.exec({ store: server.endpoint() }, ['true'], soon), 'signInRefused', false)
    await expectFailure(
      pool.exec({ store: server.endpoint({ user: 'jump' }) }, ['true'], soon),
      'throttled',
      false,
    )
    expect(methods).toEqual(['publickey'])
    expect(server.accepted).toBe(1)
  })

  test('a credential that cannot be read is our own fault, and its text is not told', async () => {
    const server = await bench.fake()
    const pool = bench.pool()
    const gone = await expectFailure(
      pool.exec({ store: server.endpoint({ credential: 'no-such-key' }) }, ['true'], soon),
      'credentialUnreadable',
      false,
    )
    expect(gone.params).toEqual({ credential: 'no-such-key', why: 'unreadable' })
    expect(server.accepted).toBe(0)
  })
})

describe('how many at once', () => {
  test('at most four handshakes to one server', async () => {
    let now = 0
    let most = 0
    const server = await bench.fake({
      socket: (_socket, serve) => {
        most = Math.max(most, ++now)
        setTimeout(serve, 30)
      },
      client: () => {
        now -= 1
      },
    })
    const pool = bench.pool({ handshakesPerSecond: 1000 })
    const calls = Array.from({ length: 16 }, (_, i) =>
      pool.exec({ store: server.endpoint({ user: `user${i}` }) }, ['x'], soon),
    )
    for (const result of await Promise.all(calls)) expect(result.exitStatus).toBe(0)
    expect(most).toBe(4)
  })

  test('handshakes are spaced: so many a second and no more', async () => {
    const times: number[] = []
    const server = await bench.fake({
      socket: (_socket, serve) => {
        times.push(performance.now())
        serve()
      },
    })
    const pool = bench.pool({ handshakesPerSecond: 50, handshakesPerServer: 100 })
    const begun = performance.now()
    await Promise.all(
      Array.from({ length: 10 }, (_, i) =>
        pool.exec({ store: server.endpoint({ user: `u${i}` }) }, ['x'], soon),
      ),
    )
    // Nine gaps of 20 ms; timers may come a millisecond early. The first may be seen late on a busy machine, so not from it on.
    expect(times).toHaveLength(10)
    expect((times.at(-1) ?? 0) - begun).toBeGreaterThan(9 * 19)
  })

  test('a port that others need is not touched by a hundred calls at once: one connection', async () => {
    const server = await bench.fake()
    const pool = bench.pool()
    const calls = Array.from({ length: 100 }, () => pool.exec({ store: server.endpoint() }, ['x'], soon))
    for (const result of await Promise.all(calls)) expect(result.stdout).toBe('x')
    expect(server.accepted).toBe(1)
  })
})

test('a listener that is no SSH server at all', async () => {
  const web = createServer((socket) => {
    socket.on('error', () => {}).resume()
    socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')
  })
  await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve))
  const { port } = web.address() as { port: number }
  const store = (await bench.fake()).endpoint({ port })
  await expectFailure(bench.pool().exec({ store }, ['true'], soon), 'throttled', false)
  await new Promise((resolve) => web.close(resolve))
})
