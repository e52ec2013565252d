import { z } from 'zod'
import {
  type Confirmation,
  confirmEnrolment,
  type Decided,
  refuseEnrolment,
} from '../../db/enrolment-decisions.ts'
import { readShownRequests } from '../../db/enrolment-requests.ts'
import {
  type EnrolmentRow,
  enrolmentTargets,
  findEnrolment,
  notReached,
  readShown,
  requestEnrolments,
  requestRevocation,
} from '../../db/enrolments.ts'
import { findUnknown } from '../../db/selection.ts'
import { isFingerprint, readFingerprints } from '../../hosts/fingerprint-file.ts'
import { MOST_ENROLLED } from '../../rollout/named.ts'
import { allowedEvents, enrolmentStates } from '../../rollout/states.ts'
import type { Call, Handled } from '../call.ts'
import { enrolmentView } from '../host-view.ts'
import { listQuery, pageAnswer, readList } from '../list.ts'
import { enrolmentList } from '../lists/hosts.ts'
import { namesProblem, unknownCode } from '../plan-names.ts'
import { type Fault, faultsProblem, Problem, type ProblemCode } from '../problem.ts'
import { identifier, text } from '../schemas.ts'

const names = z.array(identifier(64)).min(1).max(MOST_ENROLLED).optional()

export const enrolBody = z.strictObject({
  what: z.enum(enrolmentTargets).default('both'),
  stores: names,
  groups: names,
  labels: names,
  cashIds: names,
  /** Only hosts of which no key is pinned yet. */
  unpinned: z.boolean().default(false),
  /** Of `deviceKeys`: another key in place of the one that is there. */
  renew: z.boolean().default(false),
})
type EnrolCall = Call<unknown, unknown, z.output<typeof enrolBody>>

async function refuseUnknownHosts({ db, body, principal }: EnrolCall): Promise<void> {
  const { stores = [], groups = [], labels = [], cashIds = [] } = body
  const names = { store: stores, device: cashIds, group: groups, label: labels }
  const unknown = await findUnknown(db.pool, names, principal.storeGroups)
  const faults = (kind: keyof typeof unknown, path: string, code: ProblemCode): Fault[] =>
    [...unknown[kind]].map((value) => ({ code: unknownCode(principal, code), path, value }))
  const all = [
    ...faults('store', 'stores', 'storeUnknown'),
    ...faults('group', 'groups', 'groupUnknown'),
    ...faults('label', 'labels', 'labelUnknown'),
    ...faults('device', 'cashIds', 'deviceUnknown'),
  ]
  if (all.length > 0) throw namesProblem(all)
}

/** Of who may see some groups only: named stores of others are refused, and those that a label reaches left out. */
const SHOWN_LEFT_OUT = 1000

/** Asks for the keys of hosts, or for devices' own: a worker learns them, and a person compares. */
export async function enrolHandler(call: EnrolCall): Handled {
  const { db, body, actor, principal } = call
  await refuseUnknownHosts(call)
  const { what, renew, stores, groups, labels, cashIds, unpinned } = body
  const selection = {
    unpinned,
    ...(stores === undefined ? {} : { stores }),
    ...(groups === undefined ? {} : { groups }),
    ...(labels === undefined ? {} : { labels }),
    ...(cashIds === undefined ? {} : { cashIds }),
  }
  const { storeGroups } = principal
  const isNamed = stores !== undefined || groups !== undefined || cashIds !== undefined
  const made = await requestEnrolments(
    db,
    { what, selection, storeGroups, renew, requestedBy: actor },
    isNamed,
  )
  if (made === 'outOfScope') throw new Problem('outOfScope')
  const { requestId, enrolments, leftOut } = made
  if (enrolments === 0)
    throw new Problem('nothingToEnrol', { more: { leftOut: leftOut.slice(0, SHOWN_LEFT_OUT) } })
  return {
    status: 202,
    headers: { Location: `/api/v1/enrolments?request=${requestId}` },
    body: { requestId, enrolments, leftOutCount: leftOut.length, leftOut: leftOut.slice(0, SHOWN_LEFT_OUT) },
  }
}

export const enrolmentsQuery = listQuery(1000, 10_000, {
  request: z.uuid().optional(),
  state: z.enum(Object.keys(enrolmentStates) as [keyof typeof enrolmentStates]).optional(),
  store: identifier(64).optional(),
})

export async function listEnrolmentsHandler(call: Call<unknown, z.output<typeof enrolmentsQuery>>): Handled {
  const { db, query, principal } = call
  const { request, state, store } = query
  const asked = [
    ['e.request_id', '::uuid', request],
    ['e.state', '::text', state],
    ['s.code', '::text', store],
  ] as const
  const where = asked.flatMap(([column, cast, value]) =>
    value === undefined ? [] : [(push: (value: unknown) => string) => `${column} = ${push(value)}${cast}`],
  )
  const of = JSON.stringify([request, state, store])
  const page = await readList<EnrolmentRow>(db, enrolmentList, {
    ...{ query, groups: principal.storeGroups, where, of },
  })
  return { body: pageAnswer(page, page.rows.map(enrolmentView)) }
}

export const listRequestsHandler = async ({ db, principal }: Call): Handled => ({
  body: { items: await readShownRequests(db.pool, principal.storeGroups) },
})

type ById = Call<{ id: string }>

export async function getEnrolmentHandler({ db, params }: ById): Handled {
  const row = await findEnrolment(db.pool, params.id)
  if (row === undefined) throw new Problem('notFound')
  return { body: enrolmentView(row) }
}

const fingerprints = z
  .array(z.string().refine(isFingerprint, 'SHA256: and 43 characters of base64'))
  .min(1)
  .max(8)
const mode = z.enum(['replace', 'add']).default('replace')
export const confirmBody = z.strictObject({ fingerprints, mode })

const CODES: Readonly<Record<Exclude<Decided, 'done'>, ProblemCode>> = {
  notFound: 'notFound',
  notAllowed: 'notAllowed',
  fingerprintUnknown: 'fingerprintUnknown',
  hostMoved: 'hostMoved',
  tooManyKeys: 'tooManyHostKeys',
}

async function refused(call: Pick<ById, 'db'>, id: string, end: Exclude<Decided, 'done'>): Promise<Problem> {
  const row = end === 'notFound' ? undefined : await findEnrolment(call.db.pool, id)
  if (row === undefined) return new Problem('notFound')
  const more = { state: row.state, allowed: allowedEvents(enrolmentStates, row.state) }
  const path = end === 'fingerprintUnknown' ? { path: 'fingerprints' } : {}
  return new Problem(CODES[end], { more, ...path })
}

type ConfirmCall = Call<{ id: string }, unknown, z.output<typeof confirmBody>>

/** Pins the keys whose fingerprints the person names, and no other. */
export async function confirmEnrolmentHandler(call: ConfirmCall): Handled {
  const { db, params, body, actor } = call
  const end = await confirmEnrolment(db, { id: params.id, ...body }, actor)
  if (end !== 'done') throw await refused(call, params.id, end)
  return getEnrolmentHandler(call)
}

export const refuseBody = z.strictObject({ why: text(500).optional() })

export async function refuseEnrolmentHandler(
  call: Call<{ id: string }, unknown, z.output<typeof refuseBody>>,
): Handled {
  const { db, params, body, actor } = call
  const end = await refuseEnrolment(db, { id: params.id, why: body.why }, actor)
  if (end !== 'done') throw await refused(call, params.id, end)
  return getEnrolmentHandler(call)
}

/** A day's list of a technician, or one answer for each. */
export const CONFIRM_BYTES = 8 * 1024 * 1024
export const confirmManyBody = z.union([
  z.strictObject({
    enrolments: z
      .array(z.strictObject({ id: z.uuid(), fingerprints, mode }))
      .min(1)
      .max(20_000),
  }),
  z.strictObject({
    request: z.uuid(),
    file: z.string().min(1).max(CONFIRM_BYTES),
    mode,
    /** What the file would pin; nothing is done. */
    preview: z.boolean().default(false),
  }),
])
type ManyCall = Call<unknown, unknown, z.output<typeof confirmManyBody>>

interface Wanted {
  readonly confirmations: readonly Confirmation[]
  readonly passedOver: readonly object[]
  /** The confirmations as a person looks at them. */
  readonly wouldPin: readonly object[]
}

const nameOf = ({ store, cashId }: EnrolmentRow): string => JSON.stringify([store, cashId])

/** Pinned are those of the shown keys that are on the list, and a host of which none is stays as it is. */
async function fromFile(
  call: ManyCall,
  request: string,
  file: string,
  mode: 'replace' | 'add',
): Promise<Wanted> {
  const read = readFingerprints(file)
  if (read.faults.length > 0)
    throw faultsProblem(
      read.faults.map(({ line, problem }) => ({
        ...({ code: 'fieldInvalid', path: `file.${line}`, detail: problem } as const),
      })),
    )
  const rows = await readShown(call.db.pool, request, call.principal.storeGroups)
  const confirmations: Confirmation[] = []
  const passedOver: object[] = []
  const wouldPin: object[] = []
  for (const row of rows) {
    const { id, store, cashId } = row
    const named = read.byHost.get(nameOf(row)) ?? new Set<string>()
    const { found, pinned, verdict } = enrolmentView(row)
    const shown = found.map((key) => key.fingerprint)
    const common = shown.filter((one) => named.has(one))
    if (common.length > 0) {
      confirmations.push({ id, fingerprints: common, mode })
      wouldPin.push({ id, store, cashId, verdict, pinned, fingerprints: common })
    } else passedOver.push({ id, store, cashId, found: shown, inFile: [...named] })
  }
  return { confirmations, passedOver, wouldPin }
}

/** Each by itself: one that was decided meanwhile does not hold up a thousand others. */
export async function confirmManyHandler(call: ManyCall): Handled {
  const { db, body, actor, principal } = call
  const { confirmations, passedOver, wouldPin } =
    'file' in body
      ? await fromFile(call, body.request, body.file, body.mode)
      : { confirmations: body.enrolments, passedOver: [], wouldPin: [] }
  if ('file' in body && body.preview)
    return { body: { preview: true, confirmed: 0, notConfirmed: [], passedOver, wouldPin } }
  const ids = confirmations.map((one) => one.id)
  const hidden = await notReached(db.pool, ids, principal.storeGroups)
  const outcomes: { id: string; done: boolean; code: string | null }[] = []
  for (const one of confirmations) {
    const end = hidden.has(one.id) ? 'notFound' : await confirmEnrolment(db, one, actor)
    outcomes.push({ id: one.id, done: end === 'done', code: end === 'done' ? null : CODES[end] })
  }
  const confirmed = outcomes.filter((one) => one.done).length
  return { body: { confirmed, notConfirmed: outcomes.filter((one) => !one.done), passedOver } }
}

/** Takes a device's own key off its store server. */
export async function revokeKeyHandler({ db, params, actor }: Call<{ cashId: string }>): Handled {
  const requestId = await requestRevocation(db, params.cashId, actor)
  if (requestId === undefined) throw new Problem('notFound')
  if (requestId === null) throw new Problem('noOwnKey')
  const headers = { Location: `/api/v1/enrolments?request=${requestId}` }
  return { status: 202, headers, body: { requestId, enrolments: 1 } }
}
