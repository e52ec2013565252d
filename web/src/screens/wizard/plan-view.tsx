/** A plan as a person judges it: whom, when, how much, who is left out and why. */
import './plan.css'
import type { ReactNode } from 'react'
import type { DryRun } from '../../api/types.ts'
import { formatBytes, formatCount } from '../../format/money.ts'
import { Mark } from '../../parts/mark.tsx'
import { Moment } from '../../parts/values.tsx'
import { useWords } from '../../words/language.ts'
import { LeftOut } from './plan-left-out.tsx'
import { PlanStores } from './plan-stores.tsx'
import { PlanWarnings } from './plan-warnings.tsx'
import { PlanWaves } from './plan-waves.tsx'

/** What is known of a plan: a kept one has no forecast, unless it was planned again. */
export type ShownPlan = Pick<DryRun, 'planHash' | 'plan'> &
  Partial<Pick<DryRun, 'leftOut' | 'carried' | 'forecast' | 'warnings'>>

export function PlanView({ plan }: { readonly plan: ShownPlan }) {
  const { leftOut, forecast, warnings = [], carried = [] } = plan
  return (
    <div className="plan">
      <PlanFacts plan={plan} />
      <PlanWarnings warnings={warnings} />
      <PlanWaves waves={plan.plan.waves} />
      {forecast === undefined ? null : <PlanStores stores={forecast.stores} />}
      {leftOut === undefined ? null : <LeftOut leftOut={leftOut} carried={carried} />}
    </div>
  )
}

interface FactProps {
  readonly name: string
  readonly children: ReactNode
  readonly hint?: ReactNode
}
function Fact({ name, children, hint }: FactProps) {
  return (
    <div className="plan-fact">
      <dt>{name}</dt>
      <dd>
        {children}
        {hint === undefined ? null : <span className="plan-fact-hint">{hint}</span>}
      </dd>
    </div>
  )
}

function PlanFacts({ plan: { plan, planHash, forecast } }: { readonly plan: ShownPlan }) {
  const { t, language } = useWords()
  const isNever = (at: string | null) => at === null
  return (
    <dl className="plan-facts">
      <Fact name={t('wizard.plan.devices')} hint={t('wizard.inStore', { count: plan.stores })}>
        {t('wizard.device', { count: plan.targets + plan.carried })}
      </Fact>
      <Fact name={t('wizard.plan.leftOut')}>
        {plan.leftOut === 0 ? t('wizard.plan.nobodyLeftOut') : formatCount(language, plan.leftOut)}
      </Fact>
      {forecast === undefined ? null : (
        <>
          <Fact name={t('wizard.plan.starts')}>
            {isNever(forecast.startsAt) ? t('wizard.plan.never') : <Moment at={forecast.startsAt} />}
          </Fact>
          <Fact name={t('wizard.plan.ends')} hint={<FitMark forecast={forecast} />}>
            {isNever(forecast.endsAt) ? t('wizard.plan.never') : <Moment at={forecast.endsAt} />}
          </Fact>
          <Fact name={t('wizard.plan.wan')} hint={t('wizard.plan.wanPer')}>
            {formatBytes(language, forecast.wanBytes)}
          </Fact>
        </>
      )}
      <Fact name={t('wizard.plan.hash')}>
        <PlanHash hash={planHash} />
      </Fact>
    </dl>
  )
}

function FitMark({ forecast }: { readonly forecast: NonNullable<ShownPlan['forecast']> }) {
  const { t } = useWords()
  const late = forecast.stores.filter((one) => !one.fits).length
  if (late === 0) return <Mark tone="good" glyph="check" label={t('wizard.plan.fits')} />
  return <Mark tone="warn" glyph="clock" label={t('wizard.plan.fitsNot', { count: late })} />
}

/** The first signs of it are enough to compare by eye; the whole is behind. */
export function PlanHash({ hash }: { readonly hash: string }) {
  const { t } = useWords()
  return (
    <code className="plan-hash" title={t('wizard.plan.hashHint', { hash })} data-hash={hash}>
      {shortHash(hash)}
    </code>
  )
}
const SHORT = 12
export const shortHash = (hash: string): string => hash.slice(0, SHORT)
