import { Title } from '@mantine/core'
import { groupBy } from '../../../../src/rollout/plan/group-by.ts'
import { Glyph } from '../../parts/glyph.tsx'
import { useWords } from '../../words/language.ts'
import type { ShownPlan } from './plan-view.tsx'
import { useWaveName } from './plan-waves.tsx'

type Warning = NonNullable<ShownPlan['warnings']>[number]

const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : []

/** Stores by their codes, packages by kind and version, waves by name: whichever the warning is about. */
function useSubjects(): (warning: Warning) => string {
  const { t } = useWords()
  const waveName = useWaveName()
  const kindOf = (kind: unknown) =>
    t(`wizard.kinds.${String(kind)}` as 'wizard.kinds.till', { defaultValue: String(kind) })
  const one = (value: unknown): string => {
    if (typeof value === 'string') return value
    const { store, kind, version } = (value ?? {}) as Readonly<Record<string, unknown>>
    if (store !== undefined) return String(store)
    return [kindOf(kind), version].filter((part) => typeof part === 'string').join(' ')
  }
  return ({ params }) => {
    if (typeof params.name === 'string') return waveName(params.name)
    const list = [params.packages, params.stores].find(Array.isArray) ?? []
    const shown = texts((list as unknown[]).map(one)).join(', ')
    const count = typeof params.count === 'number' ? params.count : 0
    const more = count - (list as unknown[]).length
    return more > 0 && list.length > 0 ? `${shown} ${t('wizard.plan.andMore', { count: more })}` : shown
  }
}

export function PlanWarnings({ warnings }: { readonly warnings: readonly Warning[] }) {
  const { t } = useWords()
  const subjects = useSubjects()
  if (warnings.length === 0) return null
  return (
    <section className="plan-part plan-warnings" aria-label={t('wizard.plan.warnings')}>
      <Title order={3} size="h5">
        {t('wizard.plan.warnings')}
      </Title>
      <ul>
        {[...groupBy(warnings, (one) => one.code)].map(([code, all]) => {
          const of = all.map(subjects).join(', ')
          const text = t(`wizard.warnings.${code}` as 'wizard.warnings.thinLine', { defaultValue: code })
          return (
            <li key={code} data-warning={code}>
              <Glyph name="bang" />
              <span>{of === '' ? text : `${text}: ${of}`}</span>
            </li>
          )
        })}
      </ul>
    </section>
  )
}
