/** What is answered when the work was done and its answer was lost: what the journal has of that transaction. */
import { type KeptAnswer, readWork, type WorkEvent } from '../db/idempotency.ts'
import type { Call } from './call.ts'

/** Which event tells of something new, where its id is, and where it is to be looked at. The first that is there counts. */
const made: readonly (readonly [code: string, member: string, path?: string])[] = [
  ['rolloutCreated', 'rolloutId', '/rollouts/'],
  ['packageAdded', 'packageId', '/packages/'],
  ['scheduleCreated', 'id', '/schedules/'],
  ['freezeAdded', 'id'],
  ['reportMade', 'id', '/reports/'],
  ['dryRunRequested', 'id', '/dry-runs/'],
  ['commandsRequested', 'requestId', '/commands/'],
  ['messageSent', 'requestId', '/commands/'],
  ['userCreated', 'userId', '/users/'],
  ['tokenCreated', 'tokenId'],
  ['enrolmentRequested', 'requestId', '/enrolments?request='],
]

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

function newThing(events: readonly WorkEvent[]): { id: string; location?: string } | undefined {
  for (const [code, member, path] of made) {
    const event = events.find((one) => one.code === code)
    if (event === undefined) continue
    const id = textOf(
      { ...event.params, ...(event.rolloutId === null ? {} : { rolloutId: event.rolloutId }) }[member],
    )
    if (id !== undefined) return { id, ...(path === undefined ? {} : { location: `/api/v1${path}${id}` }) }
  }
  return undefined
}

const ids = ['rolloutId', 'storeId', 'deviceId', 'updateId'] as const

/** Ids that all of the events agree on. */
function sharedIds(events: readonly WorkEvent[]): Record<string, string> {
  const shared = ids.flatMap((name) => {
    const values = new Set(events.flatMap((event) => event[name] ?? []))
    return values.size === 1 ? [[name, [...values][0] as string]] : []
  })
  return Object.fromEntries(shared)
}

/** The last part of the path that names something. */
function named(params: unknown): string | undefined {
  const { id, cashId, code } = (params ?? {}) as Record<string, unknown>
  return textOf(id) ?? textOf(cashId) ?? textOf(code)
}

export async function recoveredAnswer({ db, params }: Call, xid: string): Promise<KeptAnswer> {
  const events = await readWork(db, xid)
  const thing = newThing(events)
  const id = thing?.id ?? named(params) ?? null
  return {
    status: 200,
    headers: thing?.location === undefined ? {} : { Location: thing.location },
    body: { id, recovered: true, ...sharedIds(events), events: [...new Set(events.map((one) => one.code))] },
  }
}
