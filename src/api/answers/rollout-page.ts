/** What the page of one rollout is made of, besides the rollout itself. */
import { z } from 'zod'
import { buckets } from '../../rollout/page/bucket.ts'
import { count, id, name, orNull, time } from './pieces.ts'

const bucket = z.enum(buckets)
const sampled = z.strictObject({ id, cashId: name, name, store: name })
export const troublesAnswer = z.strictObject({
  id,
  items: z.array(
    z
      .strictObject({
        bucket,
        reason: orNull(name),
        owner: orNull(z.enum(['network', 'store', 'package', 'us'])).meta({
          description: 'Who can do something about it.',
        }),
        count,
        retryable: count.meta({ description: 'How many of them a retry may be asked for.' }),
        held: count.meta({
          description:
            'How many more, if another rollout did not have them, or they were still in the fleet.',
        }),
        devices: z.array(sampled).meta({ description: 'The first of them.' }),
      })
      .meta({ id: 'Trouble' }),
  ),
})

const span = z.strictObject({ from: time, to: time })
export const timelineAnswer = z
  .strictObject({
    id,
    at: time,
    from: time,
    to: time,
    waves: z.array(
      z.strictObject({
        number: count,
        windows: z.array(z.strictObject({ ...span.shape, stores: count })).meta({
          description: 'When its stores may be installed, and how many of them.',
        }),
      }),
    ),
    installs: z
      .array(z.strictObject({ wave: count, at: time, bucket, count }))
      .meta({ description: 'What ended, minute by minute.' }),
    under: z
      .array(z.strictObject({ wave: count, bucket, count }))
      .meta({ description: 'What is being installed now.' }),
  })
  .meta({ id: 'Timeline' })
export const rolloutOutlookAnswer = z
  .strictObject({
    id,
    at: time,
    endsAt: orNull(time),
    waves: z.array(
      z.strictObject({ number: count, left: count, startsAt: orNull(time), endsAt: orNull(time) }),
    ),
  })
  .meta({ id: 'RolloutOutlook' })
