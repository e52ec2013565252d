/** Uploads that are cut in the middle, by the hundred: nothing of them stays. */
import { randomBytes } from 'node:crypto'
import { readdir, readlink } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { until } from '../support/until.ts'
import { rollDice } from './attack-seed.ts'
import { type HeadOffice, openHeadOffice } from './head-office.ts'

const UPLOADS = 200
const AT_ONCE = 20
const SIZE = 256 * 1024

let office: HeadOffice
beforeAll(async () => {
  office = await openHeadOffice({ limits: { uploads: AT_ONCE, uploadsPerAccount: AT_ONCE } })
})
afterAll(() => office.close())

/** Files of this process that are open: also those that have no name any more. */
async function openUploads(): Promise<string[]> {
  const names = await readdir('/proc/self/fd').catch(() => [])
  const targets = await Promise.all(names.map((name) => readlink(`/proc/self/fd/${name}`).catch(() => '')))
  return targets.filter((target) => target.startsWith(office.packagesFolder))
}

function open(version: number, how: 'length' | 'chunked'): Socket {
  const socket = connect(office.port, '127.0.0.1')
  const framing = how === 'length' ? `Content-Length: ${SIZE}` : 'Transfer-Encoding: chunked'
  socket.on('error', () => {})
  socket.write(
    `POST /api/v1/packages?kind=till&version=${String(version).padStart(8, '0')}&fileName=x.tgz HTTP/1.1\r\nHost: x\r\n` +
      `Authorization: Bearer ${office.token}\r\nContent-Type: application/octet-stream\r\n${framing}\r\n\r\n`,
  )
  return socket
}

const written = (socket: Socket, bytes: Buffer): Promise<void> =>
  new Promise((resolve) => {
    if (socket.destroyed) return resolve()
    socket.write(bytes, () => resolve())
  })

test(`${UPLOADS} uploads cut at any point, ${AT_ONCE} at a time, by a close or a reset: no file, no row, no handle`, async () => {
  const dice = rollDice(Date.now() % 1_000_000_007)
  const body = randomBytes(SIZE)
  const events = await office.count('event')
  let begun = 0
  let seen = 0
  const lane = async (): Promise<void> => {
    while (begun < UPLOADS) {
      begun += 1
      const how = dice.percent(50) ? 'length' : 'chunked'
      const socket = open(90_000 + begun, how)
      const closed = new Promise((resolve) => socket.once('close', resolve))
      const part = body.subarray(0, dice.below(SIZE))
      if (how === 'length') await written(socket, part)
      else if (part.length > 0)
        await written(socket, Buffer.concat([Buffer.from(`${part.length.toString(16)}\r\n`), part]))
      // A few are cut while they still wait for who they are, the others when their file is there.
      if (dice.percent(50)) {
        await until(async () => socket.destroyed || (await openUploads()).length > 0, {
          within: 20_000,
          label: 'an upload has begun',
          every: 2,
        })
        seen += 1
      }
      if (dice.percent(50)) socket.resetAndDestroy()
      else socket.destroy()
      await closed
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, lane))
  await until(async () => (await office.packages()).length === 0, { within: 20_000, label: 'no file stays' })
  await until(async () => (await openUploads()).length === 0, { within: 20_000, label: 'no handle stays' })
  expect(seen).toBeGreaterThan(UPLOADS / 4)
  expect(await office.count('package')).toBe(0)
  expect(await office.count('event')).toBe(events)
  // One that was cut while it waited for who it is may begin its file, and end it, after all others.
  await until(async () => (await office.packages()).length === 0, {
    within: 20_000,
    label: 'no file comes back',
  })
  const good = await office.ask('POST', '/packages?kind=till&version=00099999&fileName=x.tgz', {
    body,
    headers: { 'Content-Type': 'application/octet-stream' },
  })
  expect(good.status).toBe(201)
})
