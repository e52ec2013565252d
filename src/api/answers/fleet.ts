import { z } from 'zod'
import { statusParts } from '../../rollout/status-parts.ts'
import { updateState } from '../schemas.ts'
import { packageAnswer, storePackage } from './packages.ts'
import { anything, count, digits, id, kind, name, orNull, pageOf, texts, time } from './pieces.ts'

const daySpan = z.strictObject({ from: name, to: name })
const weekly = z.strictObject({ days: texts, from: name, to: name })
const calendar = z
  .strictObject({
    windows: z.array(weekly),
    opening: orNull(z.union([z.array(weekly), z.literal('always')])),
    exceptions: z.array(
      z.strictObject({
        date: name,
        windows: z.array(daySpan).optional(),
        opening: z.array(daySpan).optional(),
      }),
    ),
  })
  .meta({ id: 'Calendar', description: 'Windows, opening hours and exceptions, in the store’s own time.' })

const status = z
  .strictObject({
    askedAt: time,
    readAt: orNull(time),
    ageSeconds: orNull(count).meta({ description: 'Since it said so; null: it never did.' }),
    source: name,
    reason: orNull(name).meta({ description: 'Why it gave no answer when it was last asked.' }),
    version: orNull(digits),
    display: orNull(name),
    lastReceiptAt: orNull(time),
    reach: z.enum(['answers', 'silent']),
    activity: orNull(name),
    health: orNull(name),
    shiftOpen: orNull(z.boolean()),
    shiftNumber: orNull(count),
    shiftOpenedAt: orNull(name).meta({ description: 'By its own clock, as it wrote it.' }),
    autoUpdate: orNull(z.boolean()),
    sum: orNull(z.int()).meta({ description: 'Of the shift, in hundredths.' }),
    cashier: orNull(z.strictObject({ kind: z.enum(['none', 'person', 'selfCheckout']), name: orNull(name) })),
    download: orNull(
      z.strictObject({
        state: z.enum(['none', 'running', 'done', 'failed']),
        received: count,
        size: orNull(count),
        version: orNull(digits),
        reason: orNull(name),
      }),
    ),
    asks: count,
    misses: count,
  })
  .meta({ id: 'Status', description: 'What a device last said, with its age.' })

const deviceShape = {
  id,
  kind,
  cashId: name,
  number: count,
  name,
  host: orNull(name),
  port: count,
  user: name,
  credential: name,
  hostKeys: texts,
  agent: name,
  blocked: z.boolean(),
  inReserve: z.boolean(),
  configuration: orNull(name),
  labels: texts,
  makerNumber: orNull(name),
  registrationNumber: orNull(name),
  legacyAlgorithms: z.boolean(),
  publicKey: orNull(name),
  keyAuthorisedAt: orNull(time),
  revision: count,
  removedAt: orNull(time),
  generation: count,
  createdAt: time,
  store: name,
  status: orNull(status),
}
const device = z.strictObject(deviceShape).meta({ id: 'DeviceOfStore' })
const workShape = {
  update: orNull(z.strictObject({ id, rolloutId: id, state: updateState, reason: orNull(name) })).meta({
    description: 'Of a rollout, while it has not ended.',
  }),
  fetch: orNull(
    z.strictObject({
      of: z.enum(['command', 'rollout']),
      state: z.enum(['waiting', 'running']),
      reason: orNull(name),
      received: count,
      size: count,
      version: digits,
    }),
  ).meta({ description: 'The package that it fetches, or is about to, as this head office follows it.' }),
}
const listedDevice = z.strictObject({ ...deviceShape, timeZone: name, ...workShape }).meta({ id: 'Device' })

const sighting = z.strictObject({
  source: name,
  askedAt: time,
  readAt: orNull(time),
  ageSeconds: orNull(z.int()),
  body: anything,
})

export const deviceAnswer = z
  .strictObject({
    ...deviceShape,
    timeZone: name,
    ...workShape,
    said: orNull(anything).meta({ description: 'All of it, as docs/nightctl.md tells of `status`.' }),
    sightings: z.array(sighting).optional(),
  })
  .meta({ id: 'DeviceWhole' })
export const devicesAnswer = pageOf(listedDevice)

const storeShape = {
  id,
  code: name,
  name,
  timeZone: name,
  group: orNull(name),
  labels: texts,
  phone: orNull(name),
  calendar: orNull(calendar),
  host: name,
  port: count,
  user: name,
  credential: name,
  hostKeys: texts,
  legacyAlgorithms: z.boolean(),
  packageFolder: name,
  packageUrl: name,
  deviceKeysFile: orNull(name),
  maxDownloads: count,
  maxInstalls: count,
  bytesPerSecond: orNull(count),
  revision: count,
  createdAt: time,
  changedAt: time,
  removedAt: orNull(time),
}
const listedStore = z.strictObject({ ...storeShape, devices: count }).meta({ id: 'Store' })
const contact = z
  .strictObject({
    askedAt: time,
    readAt: orNull(time),
    ageSeconds: orNull(count).meta({ description: 'Since it answered; null: it never did.' }),
    source: name.meta({ description: 'The worker that spoke to it.' }),
    reason: orNull(name).meta({ description: 'Why it gave no answer when it was last spoken to.' }),
    latencyMs: orNull(count).meta({ description: 'From a short command to its answer, at `readAt`.' }),
    disk: orNull(z.strictObject({ freeBytes: count, totalBytes: count, readAt: time })).meta({
      description: 'Where its packages lie.',
    }),
  })
  .meta({
    id: 'StoreContact',
    description: 'How a store server was last reached, by whatever was to be done there.',
  })
export const storeAnswer = z
  .strictObject({
    ...storeShape,
    contact: orNull(contact),
    devices: z.array(device),
    packages: z.array(z.strictObject({ ...storePackage, package: packageAnswer })),
  })
  .meta({ id: 'StoreWhole' })
export const storesAnswer = pageOf(listedStore)
export const namesAnswer = pageOf(
  z.strictObject({ name, stores: count, devices: count }).meta({ id: 'Name' }),
)

export const historyAnswer = pageOf(
  z
    .strictObject({
      at: time,
      source: name,
      reason: orNull(name),
      version: orNull(digits),
      status: orNull(anything),
      changed: z.array(z.enum(statusParts)),
    })
    .meta({ id: 'StatusChange' }),
)

export const freezeAnswer = z
  .strictObject({
    id,
    name,
    scope: z.strictObject({ kind: z.enum(['chain', 'group', 'store']), name: name.optional() }),
    from: name,
    to: name,
    createdBy: name,
    createdAt: time,
    liftedAt: orNull(time),
    liftedBy: orNull(name),
  })
  .meta({ id: 'Freeze' })
export const freezesAnswer = pageOf(freezeAnswer)

export const importedAnswer = z.looseObject({ stores: count, devices: count })
const changeCounts = z.strictObject({ added: count, changed: count, removed: count, unchanged: count })
const fleetCounts = z.strictObject({ stores: changeCounts, devices: changeCounts })
const fieldChange = z.strictObject({ field: name, before: z.unknown(), after: z.unknown() })
const lineMore = { changes: z.array(fieldChange).optional(), returns: z.boolean().optional() }
const linesOf = <T extends z.ZodType>(line: T) =>
  z.strictObject({ added: z.array(line), changed: z.array(line), removed: z.array(line), unchanged: count })
export const fleetPreviewAnswer = z
  .strictObject({
    previewId: id,
    hash: name,
    format: name,
    encoding: orNull(name),
    canApply: z.boolean(),
    counts: fleetCounts,
    mode: name,
    stores: linesOf(z.strictObject({ code: name, name, ...lineMore })),
    devices: linesOf(z.strictObject({ cashId: name, store: name, name, ...lineMore })),
    warnings: z.array(anything),
    refusals: z.array(anything),
    notes: z.array(z.unknown()),
  })
  .meta({ id: 'FleetPreview' })
export const fleetAppliedAnswer = z.strictObject({ previewId: id, counts: fleetCounts })
export const fleetExportAnswer = z.strictObject({ stores: z.array(anything) })
