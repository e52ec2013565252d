/** A head office that starts while its queues cannot be reached: the board works as soon as they can. */
import { connect, createServer, type Server, type Socket } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startApi } from '../../src/api/server.ts'
import { loadConfig } from '../../src/config.ts'
import { jobKinds } from '../../src/jobs/all.ts'
import { createQueueBackend, type QueueBackend } from '../../src/jobs/backend.ts'
import { createLog } from '../../src/log.ts'
import { freePort } from '../support/free-port.ts'
import { describeWith } from '../support/needs.ts'
import { startRedis } from '../support/redis.ts'
import { until } from '../support/until.ts'
import { type HeadOffice, openHeadOffice } from './head-office.ts'

let office: HeadOffice
beforeAll(async () => {
  office = await openHeadOffice()
})
afterAll(() => office.close())

const listen = (server: Server, port: number): Promise<number> =>
  new Promise((resolve) =>
    server.listen(port, '127.0.0.1', () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : 0)
    }),
  )

/** A way to a server that is there from now on. */
async function openDoor(port: number, to: URL) {
  const sockets = new Set<Socket>()
  const door = createServer((socket) => {
    const other = connect(Number(to.port), to.hostname)
    for (const [one, far] of [
      [socket, other],
      [other, socket],
    ] as const) {
      sockets.add(one)
      one.on('error', () => {})
      one.on('close', () => {
        sockets.delete(one)
        far.destroy()
      })
    }
    socket.pipe(other).pipe(socket)
  })
  await listen(door, port)
  return {
    open: () => sockets.size / 2,
    close: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => door.close(resolve))
    },
  }
}

/** An API whose queues are behind a door, which is shut. */
async function openLate(to: URL, make: (url: string) => Parameters<typeof createQueueBackend>[0]) {
  const port = await freePort()
  const url = new URL(to)
  url.hostname = '127.0.0.1'
  url.port = String(port)
  const queues = createQueueBackend(make(url.href))
  const log = createLog('silent')
  const api = await startApi({ db: office.db, queues, config: loadConfig(office.env), log })
  const look = async () => {
    const where = '/queues/api/queues?activeQueue=download&status=failed&page=1&jobsPerPage=10'
    const reply = await fetch(`${api.url}${where}`, {
      headers: { Authorization: `Bearer ${office.token}` },
      signal: AbortSignal.timeout(30_000),
    })
    return { status: reply.status, text: await reply.text() }
  }
  const close = async () => {
    await api.close()
    await queues.close()
  }
  return { queues, look, close, open: () => openDoor(port, to) }
}

/** All queues with their numbers, again and again, over no more connections than it had at first. */
async function expectBoard(
  { look, queues }: { look: () => Promise<{ status: number; text: string }>; queues: QueueBackend },
  door: { open(): number },
) {
  await until(async () => (await look()).status === 200, { within: 60_000, label: 'the board', every: 200 })
  const shown = JSON.parse((await look()).text).queues as { name: string; counts: { failed: number } }[]
  expect(shown.map(({ name }) => name)).toEqual(Object.values(jobKinds).map(({ name }) => name))
  const objects = Object.values(jobKinds).map(({ name }) => queues.queue(name))
  // How many of its questions meet is chance: three looks at once need as many as any one after them.
  await Promise.all([look(), look(), look()])
  const before = door.open()
  for (let n = 0; n < 20; n += 1) expect((await look()).status).toBe(200)
  expect(door.open()).toBeLessThanOrEqual(before)
  expect(Object.values(jobKinds).every(({ name }, n) => queues.queue(name) === objects[n])).toBe(true)
}

test('in PostgreSQL: those whose first connection failed are not looked at for ever', async () => {
  const log = createLog('silent')
  const late = await openLate(new URL(office.env.DATABASE_URL ?? ''), (databaseUrl) => ({ databaseUrl, log }))
  const first = late.queues.queue('download')
  await until(() => late.queues.queue('download') !== first, {
    within: 60_000,
    label: 'its first connection is given up',
  })
  const door = await late.open()
  await expectBoard(late, door)
  await late.close()
  await door.close()
})

describeWith(['redis-server'], 'in Redis', () => {
  test('that comes up later, and goes away for a while', async () => {
    const log = createLog('silent')
    const redis = await startRedis()
    const databaseUrl = office.env.DATABASE_URL ?? ''
    const late = await openLate(new URL(redis.url), (redisUrl) => ({ databaseUrl, redisUrl, log }))
    const waiting = late.look().catch(() => undefined)
    const door = await late.open()
    await expectBoard(late, door)
    await waiting
    await redis.kill()
    const again = await redis.startAgain()
    await expectBoard(late, door)
    await late.close()
    await door.close()
    await again.stop()
  })
})
