/** How far a rollout is: every device in one bucket, never one percentage. */
import type { Rollout } from '../../api/types.ts'
import { formatCount } from '../../format/money.ts'
import { Glyph } from '../../parts/glyph.tsx'
import { useWords } from '../../words/language.ts'
import { type Bucket, bucketSigns, shownBuckets, worstFirst } from '../rollout/bucket-signs.ts'

/** Named beside the bar when there are any: somebody has to look. */
const troubles: readonly Bucket[] = ['broken', 'inDoubt', 'failed', 'rolledBack']

export function CountsBar({ counts }: { readonly counts: Rollout['counts'] }) {
  const { t, language } = useWords()
  const countOf = (bucket: Bucket): number => counts[bucket] ?? 0
  const total = shownBuckets.reduce((sum, bucket) => sum + countOf(bucket), 0)
  if (total === 0) return <span className="rollouts-quiet">{t('rollouts.notStarted')}</span>
  const present = shownBuckets.filter((bucket) => countOf(bucket) > 0)
  const words = present
    .map((bucket) =>
      t('rollouts.bucketCount', {
        label: t(`rollouts.buckets.${bucket}`),
        number: formatCount(language, countOf(bucket)),
      }),
    )
    .join('\n')
  const worst = troubles.find((bucket) => countOf(bucket) > 0)
  return (
    <span className="rollouts-progress" title={words}>
      <span
        className="rollouts-bar"
        role="img"
        aria-label={t('rollouts.barOf', { parts: words.replaceAll('\n', ', ') })}
      >
        {[...worstFirst]
          .reverse()
          .map((bucket) =>
            countOf(bucket) === 0 ? null : (
              <span
                key={bucket}
                className="rollouts-bar-part"
                data-tone={bucketSigns[bucket].tone}
                data-bucket={bucket}
                style={{ flexGrow: countOf(bucket) }}
              />
            ),
          )}
      </span>
      <span className="number">{formatCount(language, total)}</span>
      {worst === undefined ? null : (
        <span className="mark" data-tone={bucketSigns[worst].tone}>
          <Glyph name={bucketSigns[worst].glyph} />
          <span className="number">{formatCount(language, countOf(worst))}</span>
        </span>
      )}
    </span>
  )
}
