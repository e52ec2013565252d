/** The pieces of answers, as JSON: times are texts, versions eight digits. Named ones appear once in the document. */
import { z } from 'zod'
import { deviceKinds } from '../schemas.ts'

export const id = z
  .string()
  .regex(/^[0-9a-f-]{36}$/)
  .meta({ format: 'uuid' })
export const time = z.iso.datetime({ offset: true })
export const orNull = <T extends z.ZodType>(schema: T) => schema.nullable()
export const count = z.int().min(0)
export const digits = z
  .string()
  .regex(/^\d{8}$/)
  .meta({ description: 'A version: eight digits.' })
export const name = z.string()
export const kind = z.enum(deviceKinds)
/** An object whose members are told elsewhere, or are a device's. */
export const anything = z.record(z.string(), z.unknown())
export const texts = z.array(z.string())
/** Code → how many. */
export const tally = z.record(z.string(), count)

const PAGE = {
  next: z.string().nullable().meta({ description: 'The cursor of the next page; null: this was the last.' }),
  more: z.boolean().meta({ description: 'Whether there is a next page.' }),
  total: count.optional().meta({ description: 'All that the filter lets in; with `count=true`.' }),
}
/** One page of a list. */
export const pageOf = <T extends z.ZodType>(item: T) => z.strictObject({ items: z.array(item), ...PAGE })
export const streamPageOf = <T extends z.ZodType>(item: T) =>
  z.strictObject({
    items: z.array(item),
    ...PAGE,
    cursor: z.string().meta({ description: 'The place of the newest of them in the stream, for `after`.' }),
  })

export const counts = z
  .strictObject({
    by: z.string(),
    total: count,
    counts: z.array(z.strictObject({ key: z.union([z.string(), z.number()]).nullable(), count })),
  })
  .meta({
    id: 'Counts',
    description: 'How many there are of each value, the most first; null: those without.',
  })

export const health = z
  .strictObject({
    status: z.enum(['up', 'down', 'draining']),
    database: z.strictObject({ up: z.boolean() }),
    queues: z.strictObject({ kind: z.string(), up: z.boolean() }),
  })
  .meta({ id: 'Health' })
