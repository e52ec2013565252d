import { type Bucket, buckets } from '../../../../src/rollout/page/bucket.ts'
import type { GlyphName } from '../../parts/glyph.tsx'
import type { Tone } from '../../parts/mark.tsx'

export type { Bucket }

interface Sign {
  readonly tone: Tone
  readonly glyph: GlyphName
}
/** As the marks of single updates. */
export const bucketSigns: Readonly<Record<Bucket, Sign>> = {
  succeeded: { tone: 'good', glyph: 'check' },
  running: { tone: 'busy', glyph: 'play' },
  waiting: { tone: 'calm', glyph: 'clock' },
  failed: { tone: 'bad', glyph: 'cross' },
  broken: { tone: 'dead', glyph: 'bang' },
  rolledBack: { tone: 'warn', glyph: 'back' },
  unreachable: { tone: 'off', glyph: 'off' },
  skipped: { tone: 'off', glyph: 'skip' },
  cancelled: { tone: 'off', glyph: 'dash' },
  inDoubt: { tone: 'warn', glyph: 'question' },
}

/** Trouble first, as it is stacked and told. */
export const worstFirst: readonly Bucket[] = [
  'broken',
  'inDoubt',
  'failed',
  'rolledBack',
  'unreachable',
  'running',
  'waiting',
  'skipped',
  'cancelled',
  'succeeded',
]

/** In the order of the night: done, under way, to come, and what went wrong. */
export const shownBuckets: readonly Bucket[] = [
  'succeeded',
  'running',
  'waiting',
  'failed',
  'broken',
  'rolledBack',
  'inDoubt',
  'unreachable',
  'skipped',
  'cancelled',
]

export const isBucket = (text: string | undefined): text is Bucket =>
  text !== undefined && (buckets as readonly string[]).includes(text)

/** Terminal states that a retry of such a group asks for. */
export const retryStates: Readonly<Partial<Record<Bucket, readonly string[]>>> = {
  failed: ['failed'],
  broken: ['broken'],
  rolledBack: ['rolledBack'],
  unreachable: ['skipped'],
  skipped: ['skipped'],
}
