import { z } from 'zod'
import { effects } from '../../rollout/consequence.ts'
import { deviceUpdateStates, rolloutStates } from '../../rollout/states.ts'
import { event } from './events.ts'
import { packageAnswer, storePackage } from './packages.ts'
import { anything, count, digits, id, kind, name, orNull, pageOf, tally, texts, time } from './pieces.ts'

const keysOf = <K extends string>(table: Record<K, unknown>) => Object.keys(table) as [K, ...K[]]
const state = z.enum(keysOf(rolloutStates))
const updateState = z.enum(keysOf(deviceUpdateStates))

const counts = z.strictObject({ total: count, byState: tally, byBucket: tally, byReason: tally }).meta({
  id: 'UpdateCounts',
  description:
    'Device updates by state, in the numbers that people are told, and those with a reason by reason.',
})

const rolloutShape = {
  id,
  name,
  kind: z.enum(['update', 'rollback']),
  state,
  allowed: texts.meta({ description: 'What may be done with it now.' }),
  reason: orNull(name),
  pausedBecause: orNull(z.strictObject({ code: name, params: anything, text: anything })),
  planHash: name,
  revision: count,
  selection: anything,
  cut: z.unknown().meta({ description: 'The waves as they were asked for.' }),
  policy: anything,
  next: orNull(z.looseObject({ planHash: name, by: orNull(name) })),
  createdBy: name,
  createdAt: time,
  approvedBy: orNull(name),
  approvedAt: orNull(time),
  startedAt: orNull(time),
  finishedAt: orNull(time),
  serverPackageId: orNull(id),
  ofRolloutId: orNull(id),
  scheduleId: orNull(id),
  package: packageAnswer,
}
const listed = z
  .strictObject({
    ...rolloutShape,
    counts: tally.meta({ description: 'Device updates by bucket; none before it was started.' }),
    waveCounts: z
      .strictObject({ total: count, released: count, passed: count })
      .meta({ description: 'Of its waves; none before it was started.' }),
  })
  .meta({ id: 'Rollout' })
export const rolloutsAnswer = pageOf(listed)

const planWave = z.strictObject({ number: count, name, devices: count, stores: count, gate: anything })
const planSummary = z
  .strictObject({
    targets: count,
    carried: count,
    stores: count,
    waves: z.array(planWave),
    leftOut: count,
    leftOutByReason: tally,
  })
  .meta({ id: 'PlanSummary' })

const verdict = z.looseObject({ says: z.enum(['open', 'waits', 'breach']), numbers: anything })
const wave = z
  .strictObject({
    ...planWave.shape,
    gate: z.looseObject({ verdict: orNull(verdict) }),
    releasedAt: orNull(time),
    releasedBy: orNull(name),
    passedAt: orNull(time),
    sampleFrom: orNull(time),
    counts,
  })
  .meta({ id: 'Wave' })
export const wavesAnswer = pageOf(wave)
export const rolloutAnswer = z
  .strictObject({
    ...rolloutShape,
    counts,
    plan: planSummary,
    waves: z.array(wave),
    wanBytes: count,
    storePackages: z.array(z.strictObject({ store: name, ...storePackage })),
  })
  .meta({ id: 'RolloutWhole' })

const deviceName = z.strictObject({ cashId: orNull(name), store: orNull(name) })
const forecast = z
  .strictObject({
    wanBytes: count,
    lanBytes: count,
    startsAt: orNull(time),
    endsAt: orNull(time),
    fits: z.boolean(),
    stores: z.array(
      z.looseObject({
        store: name,
        timeZone: orNull(name),
        devices: count,
        wanBytes: count,
        startsAt: orNull(time),
        estimatedEnd: orNull(time),
        fits: z.boolean(),
      }),
    ),
  })
  .meta({ id: 'Forecast' })
const planShape = {
  planHash: name,
  cut: z.unknown(),
  wavesBy: z.enum(['asked', 'default']),
  plan: planSummary,
  leftOut: z.array(z.strictObject({ reason: name, count, devices: z.array(deviceName) })),
  carried: z.array(z.strictObject({ server: deviceName, count, devices: z.array(orNull(name)) })),
  forecast,
  warnings: z.array(z.strictObject({ code: name, params: anything })),
  fullPlan: anything.optional(),
}
/** `planHash` is that of the kept plan as long as nothing that the plan says has changed. */
export const replanAnswer = z.strictObject({ id, at: time, ...planShape }).meta({ id: 'RolloutReplan' })
const narrowedTo = orNull(texts).optional().meta({
  description: 'The groups that the selection was kept within: those of who asked.',
})
export const plannedAnswer = z
  .strictObject({
    ...rolloutShape,
    ...planShape,
    narrowedTo,
    started: z.boolean().optional(),
    why: name.optional(),
  })
  .meta({ id: 'RolloutPlanned' })
export const rollbackAnswer = z
  .strictObject({
    ...rolloutShape,
    ...planShape,
    notIncluded: z.array(z.strictObject({ cashId: name, why: name, state: updateState })),
  })
  .meta({ id: 'RollbackPlanned' })
/** A draft planned anew, or the newcomers of a rollout that runs. */
export const revisedAnswer = z.union([
  z.strictObject({ ...rolloutShape, ...planShape, narrowedTo }),
  z.strictObject({
    ...rolloutShape,
    newcomers: z.array(z.strictObject({ cashId: name, store: name, kind })),
  }),
])
const looks = z.strictObject({
  total: count,
  done: count.optional(),
  isOver: z.boolean().optional(),
  byState: tally.optional(),
})
export const dryRunAnswer = z
  .strictObject({
    dryRun: z.literal(true),
    ...planShape,
    narrowedTo,
    id: id.optional(),
    looks: looks.optional(),
  })
  .meta({ id: 'DryRun' })
export const dryRunLiveAnswer = z
  .looseObject({
    id,
    requestedBy: name,
    createdAt: time,
    notAfter: time,
    looks,
    tonight: anything,
  })
  .meta({ id: 'DryRunLive' })

export const planAnswer = z
  .strictObject({
    id,
    revision: count,
    planHash: name,
    plan: anything,
    next: orNull(z.strictObject({ planHash: name, by: orNull(name), plan: anything })),
    devices: z.record(z.string(), z.strictObject({ cashId: name, store: name })),
  })
  .meta({ id: 'Plan' })
const drift = z
  .strictObject({
    count,
    byCode: tally,
    devices: z.array(z.strictObject({ code: name, cashId: orNull(name), store: orNull(name) })),
  })
  .meta({ id: 'Drift' })
export const driftAnswer = z.strictObject({ id, state, planHash: name, changes: z.array(anything), drift })
export const consequencesAnswer = z.strictObject({
  id,
  state,
  verb: name,
  isAllowed: z.boolean(),
  devices: z.strictObject(Object.fromEntries(effects.map((effect) => [effect, count]))),
})

const standingShape = { id, state, allowed: texts, counts }
export const standingAnswer = z.strictObject(standingShape).meta({ id: 'Standing' })
export const settledAnswer = z.strictObject({ ...standingShape, drift }).meta({ id: 'Settled' })
export const releasedAnswer = z.strictObject({
  ...standingShape,
  wave: count,
  gates: z.array(z.looseObject({ wave: count })),
})
export const skippedAnswer = z.strictObject({
  ...standingShape,
  skipped: z.array(z.unknown()),
  refused: z.array(z.unknown()),
})
const retryLine = { id, cashId: name, store: name, state: updateState, reason: orNull(name) }
/** What was retried; or, with `preview`, whom it would be. */
export const retriedAnswer = z.union([
  z.strictObject({
    ...standingShape,
    retried: z.array(id),
    refused: z.array(z.strictObject({ id, why: name })),
  }),
  z.strictObject({
    id,
    preview: z.literal(true),
    previewId: id,
    hash: name,
    states: texts,
    retries: z.array(z.strictObject(retryLine)),
    refused: z.array(z.strictObject({ ...retryLine, why: name })),
  }),
])

const fullVersion = z.strictObject({ full: digits, display: name })
const updateShape = {
  id,
  rolloutId: id,
  device: z.strictObject({ cashId: name, name, number: count, kind }),
  store: z.strictObject({ code: name, name, timeZone: name, phone: orNull(name) }),
  wave: count,
  state: updateState,
  reason: orNull(name),
  reasonParams: orNull(anything),
  generation: count,
  attempts: count,
  notBefore: orNull(time),
  doneBytes: count,
  from: orNull(fullVersion),
  to: orNull(fullVersion),
  worker: orNull(name),
  leaseUntil: orNull(time),
  armedUntil: orNull(time),
  latestStart: orNull(time),
  installAt: orNull(time),
  confirmedAt: orNull(time),
  carried: z.boolean(),
  createdAt: time,
  updatedAt: time,
  finishedAt: orNull(time),
}
/** With `waits=true`: why nothing is done with it now. */
const waitShape = {
  waitsFor: orNull(name).optional(),
  waitsUntil: orNull(time).optional(),
  due: orNull(name).optional(),
}
export const updatesAnswer = pageOf(
  z.strictObject({ ...updateShape, ...waitShape }).meta({ id: 'DeviceUpdate' }),
)
const attempt = z
  .strictObject({
    step: name,
    attempt: count,
    generation: count,
    worker: orNull(name),
    claimedAt: time,
    startedAt: orNull(time),
    endedAt: orNull(time),
    outcome: orNull(name),
    reason: orNull(name),
    params: orNull(anything),
  })
  .meta({ id: 'Attempt' })
export const attemptsAnswer = pageOf(attempt)
export const updateAnswer = z
  .strictObject({
    ...updateShape,
    attemptsSpent: count,
    attempts: z.array(attempt),
    package: packageAnswer,
    waitsFor: orNull(name),
    waitsUntil: orNull(time),
    due: orNull(name),
    endsAs: orNull(anything),
    events: z.array(event),
  })
  .meta({ id: 'DeviceUpdateWhole' })
export const updateRetriedAnswer = z.strictObject({ id, state: updateState, generation: count })
