/** What the live page gets: the board, its headline, and what changes on them. */
import { z } from 'zod'
import { marks } from '../../rollout/page/mark.ts'
import { count, digits, id, kind, name, orNull, tally, texts, time } from './pieces.ts'

const many = <T extends z.ZodType>(schema: T) => z.array(schema)
const place = z.int().min(0)
const placeOrNull = z.array(place.nullable())

const cells = z
  .strictObject({
    store: many(place).meta({ description: 'Place in `stores.code`.' }),
    cashId: texts,
    number: many(z.int()),
    kind: many(place).meta({ description: 'Place in `tables.kinds`.' }),
    mark: many(place).meta({ description: 'Place in `tables.marks`.' }),
    reason: placeOrNull.meta({ description: 'Place in `tables.reasons`.' }),
    rollout: placeOrNull.meta({ description: 'Place in `tables.rollouts`: whose update it shows.' }),
    wave: many(z.int().nullable()),
    version: placeOrNull.meta({ description: 'Place in `tables.versions`: as it last said.' }),
    reach: many(place).meta({ description: 'Place in `tables.reaches`: of the last asking.' }),
    ageMinutes: many(count.nullable()).meta({ description: 'Since it last said anything; null: never.' }),
  })
  .meta({ id: 'BoardCells', description: 'One column each, all of one length; device by device.' })
const tables = z
  .strictObject({
    kinds: many(kind),
    marks: many(z.enum(marks)).meta({ description: 'The worst first.' }),
    reaches: texts,
    reasons: texts,
    rollouts: many(id),
    versions: many(digits),
  })
  .meta({ id: 'BoardTables' })

const cursor = name.meta({ description: 'A place in the stream of events, for `after` of GET /live.' })
const seq = z.number().meta({
  description:
    'Counts transactions that have ended: cells show all of them. The higher one is newer, whatever the clock does.',
})
const opensAt = z.union([time, z.literal('always')]).nullable()

export const boardAnswer = z
  .strictObject({
    at: time,
    cursor,
    seq,
    rollout: orNull(id),
    stores: z.strictObject({
      code: texts,
      name: texts,
      zone: texts,
      group: many(name.nullable()),
      labels: many(texts),
      opensAt: many(opensAt).meta({ description: 'Its next opening; null: not known.' }),
    }),
    tables,
    cells,
  })
  .meta({ id: 'Board' })

export const liveMessage = z
  .strictObject({
    at: time,
    from: cursor,
    to: cursor,
    seq,
    reset: z.boolean().meta({ description: 'Too much happened meanwhile: read everything again.' }),
    topics: texts.meta({ description: 'What has to be looked at again: `rollouts:ID`, `devices:*`.' }),
    events: count.meta({ description: 'How many events were folded.' }),
    stores: z.strictObject({ code: texts }),
    tables,
    cells,
  })
  .meta({ id: 'LiveMessage' })

export const outlookAnswer = z
  .strictObject({
    at: time,
    answer: z.enum(['yes', 'atRisk', 'no', 'unknown']),
    rollouts: many(z.strictObject({ id, name, state: name })),
    done: count,
    total: count.meta({ description: 'What `byMark` adds up to.' }),
    byMark: tally,
    perMinute: z.number().nullable(),
    readyAt: orNull(time),
    readyUnknown: orNull(name).meta({ description: 'Why `readyAt` cannot be told.' }),
    firstOpening: orNull(z.strictObject({ store: name, name, zone: name, at: time })),
    spareSeconds: z.int().nullable(),
    needPerson: count,
    storesAtRisk: many(
      z.strictObject({
        ...{ store: name, name, zone: name, phone: orNull(name), opensAt },
        ...{ why: name, devices: count, of: count },
      }),
    ),
    storesAtRiskCount: count,
  })
  .meta({ id: 'Outlook' })
