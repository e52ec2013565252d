import { z } from 'zod'
import { fiscalLevels, fiscalSignCodes } from '../../rollout/fiscal-signs.ts'
import { count, kind, name, orNull, texts, time } from './pieces.ts'

const document = z.strictObject({ number: orNull(count), at: orNull(name) })
const facts = z.strictObject({
  deviceNumber: orNull(name),
  fnNumber: orNull(name),
  flags: texts,
  validUntil: orNull(name),
  ffd: orNull(name),
  ofdQueue: orNull(
    z.strictObject({ length: orNull(count), firstNumber: orNull(count), firstAt: orNull(name) }),
  ),
  lastClosing: orNull(document),
})
const level = z.enum(fiscalLevels)
const sign = z.strictObject({
  code: z.enum(fiscalSignCodes as [(typeof fiscalSignCodes)[number]]),
  level,
  params: z.strictObject({
    days: z.int().optional(),
    minutes: count.optional(),
    length: orNull(count).optional(),
    firstNumber: orNull(count).optional(),
    flags: texts.optional(),
  }),
})
const item = z
  .strictObject({
    cashId: name,
    number: count,
    name,
    kind,
    inReserve: z.boolean(),
    registrationNumber: orNull(name),
    makerNumber: orNull(name),
    askedAt: orNull(time),
    readAt: orNull(time),
    ageSeconds: orNull(count),
    source: orNull(name),
    reason: orNull(name).meta({ description: 'Why it gave no answer when it was last asked.' }),
    fiscal: orNull(facts).meta({ description: 'In its own words; null: it said nothing of it.' }),
    level: level.meta({ description: 'The worst of its signs.' }),
    signs: z.array(sign),
  })
  .meta({ id: 'FiscalDevice' })

/** `at`: the moment that signs are of. */
export const fiscalAnswer = z.strictObject({ at: time, items: z.array(item) })
