/** How it stands, in numbers with words: never one percentage, and who is out of reach is not failed. */
import type { RolloutWhole } from '../../api/types.ts'
import { formatCount } from '../../format/money.ts'
import { Glyph } from '../../parts/glyph.tsx'
import { useParams, useSetParams } from '../../route-params.ts'
import { useWords } from '../../words/language.ts'
import { type Bucket, bucketSigns, shownBuckets } from './bucket-signs.ts'

const PROBLEMS: ReadonlySet<Bucket> = new Set(['failed', 'broken', 'rolledBack', 'inDoubt', 'unreachable'])

function BucketButton({ bucket, count }: { readonly bucket: Bucket; readonly count: number }) {
  const { t, language } = useWords()
  const { state, tab } = useParams()
  const set = useSetParams()
  const { tone, glyph } = bucketSigns[bucket]
  const isOn = tab === 'tills' && state === bucket
  const what = t(`rollout.buckets.${bucket}`)
  const toggle = () =>
    isOn
      ? set({ state: undefined, reason: undefined })
      : set({ tab: 'tills', state: bucket, reason: undefined, ...(tab === 'log' && { filter: undefined }) })
  return (
    <button
      type="button"
      className="rollout-bucket"
      data-tone={count === 0 ? 'none' : tone}
      data-loud={(PROBLEMS.has(bucket) && count > 0) || undefined}
      data-bucket={bucket}
      aria-pressed={isOn}
      title={t('rollout.buckets.hint', { what })}
      onClick={toggle}
    >
      <span className="rollout-bucket-number">
        <Glyph name={glyph} />
        <span className="number">{formatCount(language, count)}</span>
      </span>
      <span className="rollout-bucket-name">{what}</span>
      <span className="rollout-bucket-means">{t(`rollout.means.${bucket}`)}</span>
    </button>
  )
}

export function Buckets({ rollout }: { readonly rollout: RolloutWhole }) {
  const { t, language } = useWords()
  const set = useSetParams()
  const { tab, state } = useParams()
  const { byBucket, total } = rollout.counts
  return (
    <section className="rollout-buckets" aria-label={t('rollout.buckets.title')}>
      <button
        type="button"
        className="rollout-bucket"
        data-tone="total"
        data-bucket="total"
        aria-pressed={tab === 'tills' && state === undefined}
        title={t('rollout.buckets.all')}
        onClick={() =>
          set({
            tab: 'tills',
            state: undefined,
            reason: undefined,
            ...(tab === 'log' && { filter: undefined }),
          })
        }
      >
        <span className="rollout-bucket-number">
          <span className="number">{formatCount(language, total)}</span>
        </span>
        <span className="rollout-bucket-name">{t('rollout.buckets.total')}</span>
        <span className="rollout-bucket-means">{t('rollout.stores', { count: rollout.plan.stores })}</span>
      </button>
      {shownBuckets.map((bucket) => (
        <BucketButton key={bucket} bucket={bucket} count={byBucket[bucket] ?? 0} />
      ))}
    </section>
  )
}
