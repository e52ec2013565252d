/** Servers that let us in and then misbehave: no call may hang, grow without bound, or be misreported. */
import type { ServerChannel } from 'ssh2'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { until } from '../support/until.ts'
import { Bench, expectFailure } from './bench.ts'
import { echo, serveSession } from './fake-server.ts'

const soon = { deadlineMs: 50_000 }
let bench: Bench
beforeEach(async () => {
  bench = await Bench.start()
})
afterEach(() => bench.end())

/** Answers everything but `hang`. */
const hang = (command: string, accept: () => ServerChannel) => {
  if (command === 'hang') accept()
  else echo(command, accept)
}

describe('commands', () => {
  test('never answered: timedOut at the deadline, and it may have run', async () => {
    const server = await bench.fake({ exec: hang })
    const pool = bench.pool()
    await pool.exec({ store: server.endpoint() }, ['fine'], soon)
    const begun = performance.now()
    await expectFailure(
      pool.exec({ store: server.endpoint() }, ['hang'], { deadlineMs: 2000 }),
      'timedOut',
      true,
    )
    expect(performance.now() - begun).toBeLessThan(20_000)
  })

  test('commands given up on use up the connection: the next ones get a new one', async () => {
    const server = await bench.fake({ exec: hang })
    const pool = bench.pool({ abandonedPerConnection: 2 })
    const store = server.endpoint()
    await pool.exec({ store }, ['fine'], soon)
    for (let i = 0; i < 2; i++)
      await expectFailure(pool.exec({ store }, ['hang'], { deadlineMs: 2000 }), 'timedOut', true)
    expect((await pool.exec({ store }, ['fine'], soon)).exitStatus).toBe(0)
    expect(server.accepted).toBe(2)
    await until(() => server.sockets.size === 1, {
      within: 20_000,
      label: 'the used up connection is closed',
    })
  })

  test('endless output: kept to the limit, then cut off', async () => {
    let written = 0
    const server = await bench.fake({
      exec: (_command, accept) => {
        const channel = accept()
        const chunk = Buffer.alloc(32 * 1024, 'y')
        const more = () => {
          do written += chunk.length
          while (channel.writable && channel.write(chunk))
        }
        channel.on('drain', more)
        more()
      },
    })
    const result = await bench
      .pool()
      .exec({ store: server.endpoint() }, ['yes'], { ...soon, maxOutputBytes: 10_000 })
    expect({ ...result, stdout: result.stdout.length }).toEqual({
      exitStatus: null,
      signal: null,
      stdout: 10_000,
      stderr: '',
      truncated: true,
    })
    // The limit, what is drained after it, and what windows and buffers of both ends hold.
    expect(written).toBeLessThan(16 * 1024 * 1024)
  })

  test('an answer that comes all in one packet, exit status and close included', async () => {
    const server = await bench.fake({
      exec: (command, accept) => {
        for (const socket of server.sockets) socket.cork()
        echo(command, accept)
        setTimeout(() => {
          for (const socket of server.sockets) socket.uncork()
        }, 20)
      },
    })
    const result = await bench.pool().exec({ store: server.endpoint() }, ['x'], soon)
    expect(result).toMatchObject({ exitStatus: 0, stdout: 'x' })
  })

  test('a long answer that ends: its beginning, its exit status, and that it was cut', async () => {
    const server = await bench.fake({
      exec: (_command, accept) => {
        const channel = accept()
        channel.write('a'.repeat(100_000))
        channel.stderr.write('b'.repeat(100_000))
        channel.exit(3)
        channel.end()
      },
    })
    const result = await bench.pool().exec({ store: server.endpoint() }, ['x'], soon)
    expect(result).toMatchObject({ exitStatus: 3, truncated: true })
    expect([result.stdout.length, result.stderr.length]).toEqual([68 * 1024, 68 * 1024])
  })

  test('it exits and a child keeps the output open: answered all the same', async () => {
    const server = await bench.fake({
      exec: (_command, accept) => {
        const channel = accept()
        channel.write('started')
        channel.exit(0)
      },
    })
    const result = await bench.pool().exec({ store: server.endpoint() }, ['nightctl'], soon)
    expect(result).toMatchObject({ exitStatus: 0, stdout: 'started' })
  })

  test('ended by a signal', async () => {
    const server = await bench.fake({
      exec: (_command, accept) => {
        const channel = accept()
        channel.exit('KILL')
        channel.end()
      },
    })
    const result = await bench.pool().exec({ store: server.endpoint() }, ['x'], soon)
    expect(result).toMatchObject({ exitStatus: null, signal: 'SIGKILL' })
  })

  test('the connection goes in the middle: connectionLost, it may have run; the next call connects anew', async () => {
    const server = await bench.fake({
      exec: (command, accept) => {
        const channel = accept()
        if (command === 'die') {
          channel.write('half an ans')
          for (const socket of server.sockets) socket.destroy()
          return
        }
        channel.exit(0)
        channel.end()
      },
    })
    const pool = bench.pool()
    const store = server.endpoint()
    await expectFailure(pool.exec({ store }, ['die'], soon), 'connectionLost', true)
    expect((await pool.exec({ store }, ['fine'], soon)).exitStatus).toBe(0)
    expect(server.accepted).toBe(2)
  })

  test('a dead link that nobody closes: found by keepalive', async () => {
    const server = await bench.fake({
      exec: (_command, accept) => {
        accept()
        for (const socket of server.sockets) socket.pause()
      },
    })
    const pool = bench.pool({ keepaliveMs: 400, keepaliveCount: 2 })
    await expectFailure(pool.exec({ store: server.endpoint() }, ['x'], soon), 'connectionLost', true)
  })

  test('half-closed by the server: the connection is given up on', async () => {
    const server = await bench.fake({
      exec: (_command, accept) => {
        accept()
        for (const socket of server.sockets) socket.end()
      },
    })
    await expectFailure(bench.pool().exec({ store: server.endpoint() }, ['x'], soon), 'connectionLost', true)
  })

  test('no more channels: throttled, certainly not run, and the next call tries a new connection', async () => {
    let refuse = true
    const server = await bench.fake({
      session: (accept, reject) => (refuse ? reject() : serveSession(accept(), {})),
    })
    const pool = bench.pool()
    const store = server.endpoint()
    await expectFailure(pool.exec({ store }, ['x'], soon), 'throttled', false)
    refuse = false
    expect((await pool.exec({ store }, ['x'], soon)).stdout).toBe('x')
    expect(server.accepted).toBe(2)
  })

  test('exec is refused (an account for SFTP only): transferFailed', async () => {
    const server = await bench.fake({ exec: (_command, _accept, reject) => reject() })
    const failure = await expectFailure(
      bench.pool().exec({ store: server.endpoint() }, ['x'], soon),
      'transferFailed',
    )
    expect(failure.params.problem).toBe('execRefused')
  })

  test('an idle connection that died unnoticed costs nobody a call', async () => {
    const server = await bench.fake()
    const pool = bench.pool()
    const store = server.endpoint()
    await pool.exec({ store }, ['x'], soon)
    for (const socket of server.sockets) socket.destroy()
    expect((await pool.exec({ store }, ['x'], soon)).exitStatus).toBe(0)
    expect(server.accepted).toBe(2)
  })
})

describe('limits', () => {
  test('at most eight channels at once, in the order of their coming', async () => {
    let now = 0
    let most = 0
    const order: number[] = []
    const server = await bench.fake({
      exec: (command, accept) => {
        order.push(Number(command))
        most = Math.max(most, ++now)
        const channel = accept()
        setTimeout(() => {
          now -= 1
          channel.exit(0)
          channel.end()
        }, 10)
      },
    })
    const pool = bench.pool()
    const calls = Array.from({ length: 40 }, (_, i) =>
      pool.exec({ store: server.endpoint() }, [String(i)], soon),
    )
    await Promise.all(calls)
    expect(most).toBe(8)
    expect(order).toEqual([...order].sort((a, b) => a - b))
  })

  test('the queue is bounded: throttled, not sent; and one who gives up leaves it', async () => {
    const server = await bench.fake({ exec: hang })
    const pool = bench.pool({ channelsPerConnection: 1, waitingPerConnection: 1 })
    const store = server.endpoint()
    await pool.exec({ store }, ['fine'], soon)
    const running = expectFailure(pool.exec({ store }, ['hang'], { deadlineMs: 3000 }), 'timedOut', true)
    const waiting = expectFailure(pool.exec({ store }, ['hang'], { deadlineMs: 1000 }), 'timedOut', false)
    await expectFailure(pool.exec({ store }, ['fine'], soon), 'throttled', false)
    await Promise.all([running, waiting])
  })

  test('an aborted call throws the reason of its signal, at once', async () => {
    const server = await bench.fake({ exec: () => {} })
    const pool = bench.pool()
    const controller = new AbortController()
    const reason = new Error('the rollout was stopped')
    const call = pool.exec({ store: server.endpoint() }, ['x'], {
      deadlineMs: 60_000,
      signal: controller.signal,
    })
    await until(() => server.sockets.size === 1, { within: 20_000, label: 'connected' })
    controller.abort(reason)
    await expect(call).rejects.toBe(reason)
    await expect(
      pool.exec({ store: server.endpoint() }, ['x'], { ...soon, signal: controller.signal }),
    ).rejects.toBe(reason)
  })
})
