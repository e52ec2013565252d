import { z } from 'zod'
import { anything, count, digits, id, name, orNull, pageOf, tally, time } from './pieces.ts'

const place = { cashId: name, store: name }
const said = {
  on: z.boolean().optional().meta({ description: 'Of a switch.' }),
  text: name.optional().meta({ description: 'Of a message.' }),
}
const leftOut = {
  leftOut: tally,
  leftOutDevices: z.array(z.strictObject({ ...place, reason: name })),
}
/** `id` once it is sent; `targets` of a preview. */
export const commandSentAnswer = z.strictObject({
  id: id.optional(),
  kind: name,
  devices: count,
  ...leftOut,
  preview: z.literal(true).optional(),
  targets: z
    .array(
      z.strictObject({
        ...place,
        number: count,
        name,
        packageId: orNull(id).optional(),
        version: digits.optional(),
      }),
    )
    .optional(),
})

const head = {
  id,
  kind: name,
  ...said,
  requestedBy: name,
  createdAt: time,
  notAfter: time,
  devices: count,
  counts: tally,
  isOver: z.boolean(),
}
export const commandsAnswer = pageOf(z.strictObject(head).meta({ id: 'Command' }))
const outcome = z.strictObject({
  ...place,
  state: name,
  reason: orNull(name),
  params: orNull(anything),
  finishedAt: orNull(time),
})
export const commandAnswer = z.strictObject({ ...head, items: z.array(outcome) }).meta({ id: 'CommandWhole' })
export const commandCancelledAnswer = z.strictObject({ cancelled: count, ...head, items: z.array(outcome) })
export const deviceCommandsAnswer = pageOf(
  z
    .strictObject({
      id,
      requestId: id,
      kind: name,
      ...said,
      packageId: orNull(id),
      state: name,
      reason: orNull(name),
      params: orNull(anything),
      attempts: count,
      notBefore: orNull(time),
      notAfter: time,
      requestedBy: name,
      createdAt: time,
      finishedAt: orNull(time),
    })
    .meta({ id: 'DeviceCommand' }),
)
