/** A database that is away for longer than the pool is patient: what began meanwhile works when it is back, or has ended. */
import { randomUUID } from 'node:crypto'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { createQueueBackend, type QueueBackend } from '../../src/jobs/backend.ts'
import { enqueue } from '../../src/jobs/enqueue.ts'
import { createQueuePool } from '../../src/jobs/pool.ts'
import { createLog } from '../../src/log.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { freePort } from '../support/free-port.ts'
import { until } from '../support/until.ts'

let database: TestDatabase
let backend: QueueBackend | undefined
let door: Server | undefined
const sockets = new Set<Socket>()

beforeAll(async () => {
  database = await createDatabase()
})
afterEach(async () => {
  await backend?.close()
  backend = undefined
  for (const socket of sockets) socket.destroy()
  const open = door
  door = undefined
  if (open !== undefined) await new Promise<void>((resolve) => open.close(() => resolve()))
})
afterAll(() => database.drop())

const listen = (server: Server, port: number): Promise<number> =>
  new Promise((resolve, reject) =>
    server.once('error', reject).listen(port, '127.0.0.1', () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : 0)
    }),
  )

/** A way to the database that is there from now on. */
async function openDoor(port: number): Promise<void> {
  const { hostname, port: there } = new URL(database.url)
  door = createServer((socket) => {
    const other = connect(Number(there), hostname)
    for (const one of [socket, other]) {
      sockets.add(one)
      one.on('error', () => {})
      one.on('close', () => sockets.delete(one))
    }
    socket.pipe(other).pipe(socket)
  })
  await listen(door, port)
}

test('a queue whose first connection failed is opened anew by the next call', async () => {
  const port = await freePort()
  const url = new URL(database.url)
  url.hostname = '127.0.0.1'
  url.port = String(port)
  backend = createQueueBackend({ databaseUrl: url.href, log: createLog('silent') })
  const queues = backend
  const claim = { step: 'distribute', id: randomUUID(), generation: 1 } as const
  await expect(enqueue(queues, [claim])).rejects.toThrow()
  const worker = queues.worker('download', async () => 'done', 1)
  await expect(worker.waitUntilReady()).rejects.toThrow()
  await openDoor(port)
  // As the conductor does, tick after tick.
  await until(() => enqueue(queues, [claim]).then(() => true), {
    within: 60_000,
    label: 'it is enqueued',
    every: 100,
  })
  expect(await queues.queue('distribute').getJobCounts('waiting')).toMatchObject({ waiting: 1 })
}, 120_000)

test('a server that takes connections and says nothing is waited for once, and not forty times', async () => {
  door = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
  })
  const port = await listen(door, 0)
  const pool = createQueuePool(`postgres://x@127.0.0.1:${port}/x`, 2, 100)
  // One try is ten seconds.
  await expect(pool.connect()).rejects.toThrow(/timeout/)
  await pool.endWithin(1000)
}, 60_000)
