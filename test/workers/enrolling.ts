/** A head office with a worker and simulated hosts, all of them pinned: what every test of an enrolment begins from. */
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest'
import { claimEnrolments } from '../../src/db/enrolment-claims.ts'
import { type NewEnrolments, readShown, requestEnrolments } from '../../src/db/enrolments.ts'
import { enqueue } from '../../src/jobs/enqueue.ts'
import { type Bench, openBench } from '../device/bench.ts'
import { until } from '../support/until.ts'

export const TILLS = ['50001002', '50001003', '50001004']
export const [FIRST = '', SECOND = ''] = TILLS

/** One a file, from `beforeAll` on; so are the keys that its hosts really have. */
export let bench: Bench
export let storeKeys: string[]
export let deviceKeys: Map<string, string[]>

/** To be called once in a file: opens the office, and puts everything back between tests. */
export function withEnrolments(): void {
  beforeAll(async () => {
    bench = await openBench()
    storeKeys = (await bench.db.prisma.store.findFirstOrThrow()).hostKeys
    deviceKeys = new Map((await bench.db.prisma.device.findMany()).map((one) => [one.cashId, one.hostKeys]))
  })
  afterAll(() => bench.close())
  beforeEach(pinAll)
  afterEach(async () => {
    for (const table of ['enrolment', 'host_key_alarm', 'command', 'step_run', 'device_update'])
      await bench.db.pool.query(`DELETE FROM ${table}`)
    await bench.db.pool.query(
      'UPDATE device SET removed_at = NULL, public_key = NULL, key_authorised_at = NULL; UPDATE store SET device_keys_file = NULL',
    )
  })
}

export const store = () => bench.db.prisma.store.findFirstOrThrow()
export const device = (cashId: string) => bench.db.prisma.device.findUniqueOrThrow({ where: { cashId } })
export const unpin = () =>
  bench.db.pool.query("UPDATE device SET host_keys = '{}'; UPDATE store SET host_keys = '{}'")
const pinAll = async () => {
  await bench.db.pool.query('UPDATE store SET host_keys = $1', [storeKeys])
  for (const [cashId, keys] of deviceKeys)
    await bench.db.pool.query('UPDATE device SET host_keys = $2 WHERE cash_id = $1', [cashId, keys])
}
export const ask = async (what: NewEnrolments['what'], more: Partial<NewEnrolments> = {}) => {
  const wanted = { what, selection: {}, storeGroups: null, renew: false, requestedBy: 'Анна', ...more }
  const made = await requestEnrolments(bench.db, wanted, false)
  if (made === 'outOfScope') throw new Error('out of scope')
  return made
}
export const claim = (limit = 100) => claimEnrolments(bench.leader, limit, 20)
export const rows = async (requestId: string) =>
  (await bench.db.prisma.enrolment.findMany({ where: { requestId }, include: { device: true } })).map(
    (row) => ({
      ...row,
      cashId: row.device?.cashId ?? null,
    }),
  )
/** Claims what may begin, again and again, until nothing of the request waits for a worker. */
export const carryOut = (requestId: string, idle: readonly string[] = []) =>
  until(
    async () => {
      await enqueue(bench.queues, await claim())
      const now = await rows(requestId)
      return (
        now.every(
          (row) => row.state !== 'running' && (row.state !== 'waiting' || idle.includes(row.cashId ?? '')),
        ) && now
      )
    },
    { within: 60_000, label: 'carried out' },
  )
export const events = async (code: string) =>
  (await bench.db.prisma.event.findMany({ where: { code }, orderBy: { id: 'desc' } })).map(
    ({ actor, params }) => ({
      actor,
      params,
    }),
  )
export const shownOf = async (requestId: string) => readShown(bench.db.pool, requestId, null)

export const FOREIGN = '# tills\nrestrict ssh-ed25519 AAAAfromsomebody another\n'
/** authorized_keys of the store server, where devices fetch by SFTP; see `withOwnKeys`. */
export let file: string

/** Devices make keys of their own, which are written down beside somebody else's. */
export function withOwnKeys(): void {
  beforeEach(async () => {
    const [sim] = bench.fleet.stores
    file = path.join(sim?.options.root ?? '', 'device_keys')
    await mkdir(path.dirname(file), { recursive: true })
    await writeFile(file, FOREIGN)
    await bench.db.pool.query(
      "UPDATE store SET package_url = 'sftp://dist@10.0.0.1:2022/packages', device_keys_file = $1",
      [file],
    )
  })
}

export const till = () => bench.fleet.devices.find((one) => one.cashId === FIRST)
export const make = async (renew = false) => {
  const { requestId } = await ask('deviceKeys', { renew, selection: { cashIds: [FIRST] } })
  const [row] = await carryOut(requestId)
  return row
}
