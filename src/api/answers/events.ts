import { z } from 'zod'
import { anything, id, name, orNull, pageOf, streamPageOf, texts, time } from './pieces.ts'

export const event = z
  .strictObject({
    cursor: name.meta({ description: 'Its place in the stream.' }),
    at: time,
    code: name,
    actor: name,
    rolloutId: orNull(id),
    storeId: orNull(id),
    deviceId: orNull(id),
    updateId: orNull(id),
    storePackageId: orNull(id),
    params: anything,
    store: orNull(name),
    cashId: orNull(name),
    timeZone: name,
    text: z.strictObject({ ru: name, en: name }),
  })
  .meta({ id: 'Event' })
export const eventsAnswer = streamPageOf(event)

const reportKind = z.enum(['evening', 'morning'])
/** As docs/reports tell: who, what is counted and why. */
export const reportAnswer = z.looseObject({ kind: reportKind, madeAt: z.unknown() }).meta({ id: 'Report' })
const keptShape = {
  id,
  kind: reportKind,
  rolloutId: orNull(id),
  timeZone: orNull(name),
  madeAt: time,
  madeBy: name,
}
export const reportsAnswer = pageOf(z.strictObject(keptShape).meta({ id: 'KeptReport' }))
export const reportKeptAnswer = z.strictObject({ ...keptShape, totals: anything })

const scheduleShape = {
  id,
  name,
  cron: name,
  timeZone: name,
  allowed: texts,
  template: anything,
  createdBy: name,
  createdAt: time,
  approvedBy: orNull(name),
  approvedAt: orNull(time),
  nextAt: orNull(time),
  lastAt: orNull(time),
  lastReason: orNull(name),
  endedAt: orNull(time),
}
export const scheduleAnswer = z.strictObject(scheduleShape).meta({ id: 'Schedule' })
export const schedulesAnswer = pageOf(scheduleAnswer)
export const scheduleWholeAnswer = z.strictObject({
  ...scheduleShape,
  rollouts: z.array(z.strictObject({ id, name, state: name, createdAt: time, approvedBy: orNull(name) })),
})
