/** Under the name: what it does, where it stands, and who answers for it. */
import { Anchor, Breadcrumbs } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { displayVersion } from '../../../../src/rollout/versions.ts'
import type { RolloutWhole } from '../../api/types.ts'
import { formatCount } from '../../format/money.ts'
import { RolloutMark } from '../../parts/mark.tsx'
import { Ago, Moment, Version } from '../../parts/values.tsx'
import { useWords } from '../../words/language.ts'
import { hasBegun, useFromVersions } from './use-rollout.ts'

interface FactProps {
  readonly label: string
  readonly children: ReactNode
}
function Fact({ label, children }: FactProps) {
  return (
    <div className="rollout-fact">
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  )
}

/** `95 (1 200), 94 (3) → 96`: where they came from, and how many of each. */
function Versions({ rollout }: { readonly rollout: RolloutWhole }) {
  const { t, language } = useWords()
  const found = useFromVersions(rollout.id, hasBegun(rollout)).data?.counts ?? []
  return (
    <span className="rollout-versions">
      {found.map(({ key, count }) => {
        const version = key === null ? t('rollout.fromUnknown') : displayVersion(Number(key))
        const digits = key === null ? undefined : String(key).padStart(8, '0')
        return (
          <span
            key={String(key)}
            title={digits === undefined ? undefined : t('common.fullVersion', { digits })}
          >
            {found.length === 1
              ? version
              : t('rollout.fromCount', { version, total: formatCount(language, count) })}
          </span>
        )
      })}
      <span aria-hidden="true">→</span>
      <strong>
        <Version digits={rollout.package.version} />
      </strong>
    </span>
  )
}

function Signed({ by, at }: { readonly by: string | null; readonly at: string | null }) {
  const { t } = useWords()
  if (by === null) return <span className="rollout-quiet">{t('rollout.notYet')}</span>
  return (
    <span>
      {by} · <Moment at={at} />
    </span>
  )
}

function When({ at, isPast = true }: { readonly at: string | null; readonly isPast?: boolean }) {
  const { t } = useWords()
  if (at === null) return <span className="rollout-quiet">{t('rollout.notYet')}</span>
  return (
    <span>
      <Moment at={at} /> {isPast ? <span className="rollout-quiet">· </span> : null}
      {isPast ? (
        <span className="rollout-quiet">
          <Ago at={at} />
        </span>
      ) : null}
    </span>
  )
}

export function RolloutCrumbs({ rollout: { kind, ofRolloutId } }: { readonly rollout: RolloutWhole }) {
  const { t } = useWords()
  return (
    <Breadcrumbs separator="/" className="crumbs">
      <Anchor component={Link} to="/rollouts" size="sm">
        {t('rollout.all')}
      </Anchor>
      {ofRolloutId === null ? null : (
        <Anchor component={Link} to={`/rollouts/${ofRolloutId}` as string} size="sm">
          {t('rollout.rollbackOf')}
        </Anchor>
      )}
      <span>{t(`rollout.kind.${kind}`)}</span>
    </Breadcrumbs>
  )
}

export function RolloutFacts({ rollout }: { readonly rollout: RolloutWhole }) {
  const { t } = useWords()
  return (
    <div className="rollout-facts">
      <dl>
        <div>
          <dt className="rollout-unseen">{t('rollout.columns.state')}</dt>
          <dd className="rollout-state" data-testid="rollout-state">
            <RolloutMark state={rollout.state} />
          </dd>
        </div>
        <Fact label={t('rollout.versions')}>
          <Versions rollout={rollout} />
        </Fact>
        <Fact label={t('rollout.madeBy')}>
          <Signed by={rollout.createdBy} at={rollout.createdAt} />
        </Fact>
        <Fact label={t('rollout.approvedBy')}>
          <Signed by={rollout.approvedBy} at={rollout.approvedAt} />
        </Fact>
        <Fact label={t('rollout.started')}>
          <When at={rollout.startedAt} isPast={rollout.finishedAt === null} />
        </Fact>
        <Fact label={t('rollout.finished')}>
          <When at={rollout.finishedAt} />
        </Fact>
      </dl>
    </div>
  )
}
