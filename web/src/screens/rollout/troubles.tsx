/** What is in the way, by reason: how many, what one does about it, who can, and the first of them. */
import { Anchor, Group, Text } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import type { RolloutWhole, Trouble } from '../../api/types.ts'
import { formatCount } from '../../format/money.ts'
import { ActButton } from '../../parts/act-button.tsx'
import { Glyph } from '../../parts/glyph.tsx'
import { Mark, useReason } from '../../parts/mark.tsx'
import { Answered } from '../../parts/notices.tsx'
import { useParams, useSetParams } from '../../route-params.ts'
import { useWords } from '../../words/language.ts'
import { type Bucket, bucketSigns, retryStates } from './bucket-signs.ts'
import { RetryDialog, type RetryOf } from './retry-dialog.tsx'
import { useAsked } from './use-asked.ts'
import { useTroubles } from './use-rollout.ts'

/** Each section in the order of its buckets: the worst first. */
const sections = [
  ['person', ['broken', 'failed', 'rolledBack']],
  ['silent', ['inDoubt', 'unreachable']],
  ['waits', ['waiting']],
  ['left', ['skipped']],
] as const satisfies readonly (readonly [string, readonly Bucket[]])[]

const useOpenUpdate = () => {
  const search = useParams()
  return (update: string) => ({ ...search, update })
}

function Whom({ trouble }: { readonly trouble: Trouble }) {
  const { t, language } = useWords()
  const set = useSetParams()
  const searchFor = useOpenUpdate()
  const { bucket, reason, count, devices } = trouble
  const showAll = () => set({ tab: 'tills', state: bucket, reason: reason ?? undefined })
  return (
    <div className="rollout-trouble-whom">
      {devices.map(({ id, cashId, name, store }) => (
        <Anchor key={id} component={Link} to="." search={searchFor(id) as never} size="sm" title={name}>
          {store} · {cashId}
        </Anchor>
      ))}
      <Anchor component="button" type="button" size="sm" onClick={showAll}>
        {t('rollout.showAll', { total: formatCount(language, count) })}
      </Anchor>
    </div>
  )
}

interface CardProps {
  readonly trouble: Trouble
  readonly rollout: RolloutWhole
  readonly onRetry: (of: RetryOf) => void
}
function TroubleCard({ trouble, rollout, onRetry }: CardProps) {
  const { t, core, language } = useWords()
  const { bucket, reason, count, retryable, held, owner } = trouble
  const words = useReason(reason)
  const { tone, glyph } = bucketSigns[bucket]
  const states = retryStates[bucket]
  const isAllowed = rollout.allowed.includes('retry')
  const why = !isAllowed
    ? t('rollout.notNow', { state: core.rolloutStates[rollout.state].label })
    : retryable === 0
      ? t('rollout.noneTaken.retry')
      : undefined
  return (
    <li className="rollout-trouble" data-tone={tone} data-bucket={bucket} data-reason={reason ?? 'none'}>
      <div className="rollout-trouble-count">
        <span className="number">{formatCount(language, count)}</span>
        <Mark tone={tone} glyph={glyph} label={t(`rollout.buckets.${bucket}`)} />
      </div>
      <div className="rollout-trouble-what">
        <Text fw={600}>{words?.label ?? t('rollout.noReason')}</Text>
        <Text size="sm">
          {words?.advice ?? ''}
          {' · '}
          <span className="rollout-quiet">
            {t('rollout.who', {
              owner: owner === null ? t('rollout.ownerUnknown') : t(`rollout.owners.${owner}`),
            })}
          </span>
        </Text>
        <Whom trouble={trouble} />
      </div>
      <div>
        {states === undefined || reason === null || retryable + held === 0 ? null : (
          <ActButton
            permission="rollouts.control"
            why={why}
            onClick={() => onRetry({ states, reasons: [reason] })}
            leftSection={<Glyph name="back" size={12} />}
            label={`${t('rollout.do.retry')}: ${words?.label ?? reason}`}
          >
            {t('rollout.do.retry')}
          </ActButton>
        )}
      </div>
    </li>
  )
}

type GroupsProps = Omit<CardProps, 'trouble'> & { readonly items: readonly Trouble[] }
function Groups({ rollout, items, onRetry }: GroupsProps) {
  const { t } = useWords()
  if (items.length === 0)
    return (
      <Group gap="xs" className="rollout-fine">
        <Mark tone="good" glyph="check" label={t('rollout.noTroubles')} />
        <Text size="sm" c="dimmed">
          {t('rollout.noTroublesHint')}
        </Text>
      </Group>
    )
  return (
    <>
      {sections.map(([section, buckets]) => {
        const own = buckets.flatMap((bucket) => items.filter((one) => one.bucket === bucket))
        if (own.length === 0) return null
        return (
          <div key={section}>
            <h3 className="rollout-subtitle">{t(`rollout.troubleGroups.${section}`)}</h3>
            <ul className="rollout-troubles">
              {own.map((trouble) => (
                <TroubleCard
                  key={`${trouble.bucket} ${trouble.reason}`}
                  trouble={trouble}
                  rollout={rollout}
                  onRetry={onRetry}
                />
              ))}
            </ul>
          </div>
        )
      })}
    </>
  )
}

export function Troubles({ rollout }: { readonly rollout: RolloutWhole }) {
  const { t } = useWords()
  const found = useTroubles(rollout.id)
  const { asked, ask, close } = useAsked<RetryOf>()
  return (
    <section aria-labelledby="rollout-troubles">
      <h2 id="rollout-troubles" className="rollout-title">
        {t('rollout.troubles')}
      </h2>
      <Answered answer={found}>
        {({ items }) => <Groups rollout={rollout} items={items} onRetry={ask} />}
      </Answered>
      {asked === undefined ? null : <RetryDialog rollout={rollout} {...asked} onClose={close} />}
    </section>
  )
}
