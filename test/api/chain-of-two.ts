/** A chain of two groups: of everything that a path can name one thing of each group, and one of both where that can be. */
import { randomUUID } from 'node:crypto'
import type { Role } from '../../src/api/permissions.ts'
import { createToken } from '../../src/db/tokens.ts'
import { type HeadOffice, store, till, uploadPackage } from './head-office.ts'

export const sides = ['own', 'foreign'] as const
export type Side = (typeof sides)[number]
/** What stands in no answer to somebody of the other group. */
export const MARKS: Readonly<Record<Side, string>> = { own: 'OWNMARK', foreign: 'FOREIGNMARK' }

/** By the kind of thing: its name of each side; `both`: it touches stores of both. */
export type Names = Readonly<Record<Side, string> & { both?: string }>
export type World = Readonly<Record<string, Names>>

const groupOf = (side: Side): string => `${side}-group`
const storeOf = (side: Side): string => `${MARKS[side]}-store`
const tillOf = (side: Side): string => `${MARKS[side]}-till`

async function made(office: HeadOffice, path: string, json: unknown): Promise<string> {
  const reply = await office.ask('POST', path, { json })
  if (reply.status >= 300) throw new Error(`${path}: ${reply.text}`)
  return (reply.json.id ?? reply.json.requestId) as string
}

async function importBoth(office: HeadOffice): Promise<void> {
  const stores = sides.map((side) => {
    // One till for the rollout of its side, one for that of both.
    const devices = [till(tillOf(side)), till(`${tillOf(side)}-2`)]
    return store(storeOf(side), devices, { group: groupOf(side), labels: [`${MARKS[side]}-label`] })
  })
  const reply = await office.ask('POST', '/fleet', { json: { stores } })
  if (reply.status !== 200) throw new Error(reply.text)
}

const perSide = async (make: (side: Side) => Promise<string>): Promise<Record<Side, string>> => ({
  own: await make('own'),
  foreign: await make('foreign'),
})

/** As the enrolment of a host's keys begins. */
async function enrol(office: HeadOffice, requestId: string, side: Side): Promise<string> {
  const id = randomUUID()
  await office.db.pool.query(
    `INSERT INTO enrolment (id, request_id, store_id, requested_by, not_after)
     SELECT $1, $2, s.id, 'somebody', now() + interval '1 day' FROM store s WHERE s.code = $3`,
    [id, requestId, storeOf(side)],
  )
  return id
}

async function updateOf(office: HeadOffice, rollout: string): Promise<string> {
  const { rows } = await office.db.pool.query<{ id: string }>(
    'SELECT id FROM device_update WHERE rollout_id = $1 LIMIT 1',
    [rollout],
  )
  return rows[0]?.id ?? ''
}

export async function openWorld(office: HeadOffice): Promise<World> {
  await importBoth(office)
  const packageId = await uploadPackage(office)
  const both = sides.map((side) => `${tillOf(side)}-2`)
  const rollout = await perSide(async (side) => {
    const id = await made(office, '/rollouts', { name: MARKS[side], packageId, cashIds: [tillOf(side)] })
    await made(office, `/rollouts/${id}/start`, {})
    return id
  })
  const look = (cashIds: string[]) => made(office, '/commands', { kind: 'look', cashIds })
  const dryRun = (cashIds: string[]) =>
    made(office, '/rollouts/dry-run', { name: 'dry', packageId, cashIds, live: true })
  const request = randomUUID()
  return {
    store: { own: storeOf('own'), foreign: storeOf('foreign') },
    device: { own: tillOf('own'), foreign: tillOf('foreign') },
    rollout: {
      ...rollout,
      both: await made(office, '/rollouts', { name: 'both', packageId, selection: { kinds: ['till'] } }),
    },
    update: await perSide((side) => updateOf(office, rollout[side])),
    command: { ...(await perSide((side) => look([tillOf(side)]))), both: await look(both) },
    dryRun: { ...(await perSide((side) => dryRun([`${tillOf(side)}-2`]))), both: await dryRun(both) },
    enrolment: await perSide((side) => enrol(office, side === 'own' ? request : randomUUID(), side)),
  }
}

export const ownGroups: readonly string[] = [groupOf('own')]

/** A token of nobody's. */
export const tokenFor = (office: HeadOffice, role: Role, storeGroups: readonly string[]): Promise<string> =>
  createToken(office.db, `${role} of ${storeGroups.join(' ') || 'all'} ${randomUUID().slice(0, 8)}`, {
    ...{ role, storeGroups },
  })
