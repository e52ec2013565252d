/** Who is left out: grouped by the reason, with what to do about it, and every name. */
import { Title } from '@mantine/core'
import { formatCount } from '../../format/money.ts'
import { useReason } from '../../parts/mark.tsx'
import { useWords } from '../../words/language.ts'
import type { ShownPlan } from './plan-view.tsx'

type LeftOutGroup = NonNullable<ShownPlan['leftOut']>[number]
type Carried = NonNullable<ShownPlan['carried']>

/** Most first; what needs nothing to be done comes last. */
const weight = ({ reason, count }: LeftOutGroup): number => (reason === 'notNeeded' ? 0 : count)

interface LeftOutProps {
  readonly leftOut: readonly LeftOutGroup[]
  readonly carried: Carried
}
export function LeftOut({ leftOut, carried }: LeftOutProps) {
  const { t } = useWords()
  if (leftOut.length === 0 && carried.length === 0) return null
  const sorted = [...leftOut].sort((a, b) => weight(b) - weight(a))
  return (
    <section className="plan-part" aria-label={t('wizard.plan.leftOutTitle')}>
      <Title order={3} size="h5">
        {t('wizard.plan.leftOutTitle')}
      </Title>
      <div className="plan-box">
        {sorted.map((group) => (
          <ReasonGroup key={group.reason} group={group} />
        ))}
        {carried.map(({ server, count, devices }) => (
          <NameGroup
            key={server.cashId}
            label={t('wizard.plan.carried')}
            advice={t('wizard.plan.carriedBy', { server: server.cashId ?? '' })}
            count={count}
            names={devices.map((cashId) => cashId ?? '')}
          />
        ))}
      </div>
    </section>
  )
}

function ReasonGroup({ group: { reason, count, devices } }: { readonly group: LeftOutGroup }) {
  const { t } = useWords()
  const words = useReason(reason)
  const names = devices.map((one) => t('wizard.plan.leftOutDevice', one as { cashId: string; store: string }))
  return (
    <NameGroup
      label={words?.label ?? reason}
      advice={words?.advice ?? ''}
      count={count}
      names={names}
      code={reason}
    />
  )
}

interface NameGroupProps {
  readonly label: string
  readonly advice: string
  readonly count: number
  readonly names: readonly string[]
  readonly code?: string
}
function NameGroup({ label, advice, count, names, code }: NameGroupProps) {
  const { t, language } = useWords()
  return (
    <details className="plan-group" data-reason={code}>
      <summary>
        <span className="plan-group-label">{label}</span>
        <span className="plan-group-count">{formatCount(language, count)}</span>
        <span className="plan-group-advice">{advice}</span>
      </summary>
      <ul className="plan-names">
        {names.map((name) => (
          <li key={name}>{name}</li>
        ))}
        {count > names.length ? <li>{t('wizard.plan.andMore', { count: count - names.length })}</li> : null}
      </ul>
    </details>
  )
}
