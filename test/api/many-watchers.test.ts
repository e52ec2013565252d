/** A rollout that a whole head office watches: equal questions are one read, so that nobody is turned away by the others. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { until } from '../support/until.ts'
import { tokenFor } from './chain-of-two.ts'
import { type HeadOffice, openHeadOffice } from './head-office.ts'
import { importTills, startRolloutTo } from './rows.ts'

/** More than may wait for wide reads, beside those that run (src/db/wide-reads.ts). */
const WATCHERS = 60
const PLACES = 32 + 3

let office: HeadOffice
beforeAll(async () => {
  office = await openHeadOffice()
})
afterAll(() => office.close())

/** Nothing of the table is read until all have asked. */
async function askAtOnce(where: string) {
  const client = await office.db.pool.connect()
  try {
    await client.query('BEGIN; LOCK TABLE device_update IN ACCESS EXCLUSIVE MODE')
    const replies = Promise.all(Array.from({ length: WATCHERS }, () => office.ask('GET', where)))
    const isHeld = async () =>
      (
        await client.query(
          "SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'device_update'::regclass",
        )
      ).rows.length > 0
    await until(isHeld, { within: 20_000, label: 'one of them reads' })
    // Whoever asks after them has his answer.
    await office.ask('GET', '/me')
    await client.query('ROLLBACK')
    return await replies
  } finally {
    await client.query('ROLLBACK')
    client.release()
  }
}

test('sixty pages of one rollout ask at the same moment, and each has its answer', async () => {
  await importTills(office, 'B1', ['B1-1'])
  const { id } = await startRolloutTo(office, 'B1')
  // As the page asks: for the night that is shown.
  const timeline = 'timeline?from=2026-11-22T18:00:00Z&to=2026-11-23T06:00:00Z'
  for (const what of [timeline, 'troubles', 'outlook', 'replan', 'drift']) {
    const replies = await askAtOnce(`/rollouts/${id}/${what}`)
    const statuses = replies.map((one) => one.status)
    expect([what, ...new Set(statuses)]).toEqual([what, 200])
  }
})

test('a viewer of one group who asks for all at once turns nobody else away, and has what is left', async () => {
  await importTills(office, 'B2', ['B2-1'])
  const { id } = await startRolloutTo(office, 'B2')
  const viewer = await tokenFor(office, 'viewer', ['north'])
  const client = await office.db.pool.connect()
  try {
    await client.query('BEGIN; LOCK TABLE event IN ACCESS EXCLUSIVE MODE')
    let turnedAway = 0
    const ask = async (n: number) => {
      const reply = await office.ask('GET', `/events?filter=code:a${n}`, { token: viewer })
      if (reply.status === 503) turnedAway += 1
      return reply
    }
    const greedy = Promise.all(Array.from({ length: WATCHERS }, (_, n) => ask(n)))
    const holds = async () =>
      (await client.query("SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'event'::regclass")).rows
        .length === 3 && turnedAway === WATCHERS - PLACES
    await until(holds, { within: 20_000, label: 'the viewer holds all places' })
    const asked = ['drift', 'troubles'].map((what) => office.ask('GET', `/rollouts/${id}/${what}`))
    const haveCome = () => turnedAway === WATCHERS - PLACES + asked.length
    await until(haveCome, { within: 20_000, label: 'two of the viewer have made room' })
    await client.query('ROLLBACK')
    expect((await Promise.all(asked)).map((one) => one.status)).toEqual([200, 200])
    const statuses = (await greedy).map((one) => one.status)
    expect(statuses.filter((status) => status === 200).length).toBeGreaterThan(20)
    expect([...new Set(statuses)].sort()).toEqual([200, 503])
  } finally {
    await client.query('ROLLBACK')
    client.release()
  }
})
