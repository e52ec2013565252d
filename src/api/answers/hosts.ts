import { z } from 'zod'
import { anything, count, id, name, orNull, pageOf, texts, time } from './pieces.ts'

const key = z.strictObject({ type: name, bits: orNull(count), fingerprint: name }).meta({ id: 'HostKey' })

const verdict = z.enum(['new', 'same', 'more', 'changed'])

export const enrolmentAnswer = z
  .strictObject({
    id,
    requestId: id,
    store: name,
    cashId: orNull(name),
    kind: name,
    source: name,
    state: name,
    host: orNull(name),
    port: orNull(count),
    waitsForStore: z.boolean(),
    attempts: count,
    notBefore: orNull(time),
    notAfter: time,
    reason: orNull(name),
    params: orNull(anything),
    requestedBy: name,
    createdAt: time,
    decidedBy: orNull(name),
    finishedAt: orNull(time),
    allowed: texts,
    verdict: orNull(verdict),
    found: z.array(z.strictObject({ ...key.shape, isPinned: z.boolean() })),
    pinned: z.array(key),
    line: orNull(name).meta({ description: 'For somebody to put into authorized_keys by hand.' }),
  })
  .meta({ id: 'Enrolment' })
export const enrolmentsAnswer = pageOf(enrolmentAnswer)
export const enrolmentRequestsAnswer = z.strictObject({
  items: z.array(
    z.strictObject({
      id,
      createdAt: time,
      requestedBy: name,
      shown: count.meta({ description: 'Hosts of it that wait for a person.' }),
    }),
  ),
})
export const enrolAnswer = z.strictObject({
  requestId: id,
  enrolments: count,
  leftOutCount: count.optional(),
  leftOut: z.array(anything).optional(),
})
export const confirmedAnswer = z.strictObject({
  confirmed: count,
  notConfirmed: z.array(z.strictObject({ id, done: z.boolean(), code: orNull(name) })),
  passedOver: z.array(z.strictObject({ id, store: name, cashId: orNull(name), found: texts, inFile: texts })),
  preview: z.boolean().optional(),
  wouldPin: z
    .array(
      z.strictObject({
        id,
        store: name,
        cashId: orNull(name),
        verdict: orNull(verdict),
        pinned: z.array(key),
        fingerprints: texts,
      }),
    )
    .optional()
    .meta({ description: 'Of a preview: confirm just these, as `enrolments`.' }),
})

const alarm = z.strictObject({ shown: orNull(name), seen: count, firstAt: time, lastAt: time })
export const hostKeysAnswer = pageOf(
  z
    .strictObject({
      id: name,
      store: name,
      cashId: orNull(name),
      host: name,
      port: count,
      legacyAlgorithms: z.boolean(),
      keys: z.array(z.strictObject({ ...key.shape, confirmedAt: orNull(time) })),
      changed: z.boolean().meta({ description: 'It shows another key now.' }),
      alarms: z.array(alarm),
    })
    .meta({ id: 'Host' }),
)
export const keyRetiredAnswer = z.strictObject({ store: name, cashId: orNull(name), keys: z.array(key) })

const change = z.strictObject({
  store: name,
  cashId: orNull(name),
  host: name,
  port: count,
  verdict: name,
  lines: z.array(count),
  pinned: z.array(key),
  after: z.array(key),
})
/** `requestId` and `pinned` once it is done. */
export const keysImportedAnswer = z.strictObject({
  preview: z.boolean(),
  requestId: id.optional(),
  pinned: count.optional(),
  previewHash: name,
  hosts: count,
  same: count,
  changes: z.array(change),
  contradictions: z.array(change),
  faults: z.array(z.strictObject({ line: count, problem: name })),
  unmatched: z.array(count),
  pinnedRevoked: z.array(z.strictObject({ store: name, cashId: orNull(name), key })),
})
