import { z } from 'zod'
import { statusParts } from '../../rollout/status-parts.ts'
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
    autoUpdate: orNull(z.boolean()),
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
const listedDevice = z.strictObject({ ...deviceShape, timeZone: name }).meta({ id: 'Device' })

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
export const storeAnswer = z
  .strictObject({
    ...storeShape,
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
