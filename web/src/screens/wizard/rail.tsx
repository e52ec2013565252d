import { Glyph } from '../../parts/glyph.tsx'
import { useSetParams } from '../../route-params.ts'
import { useWords } from '../../words/language.ts'
import { type Step, steps } from './draft.ts'

interface RailProps {
  readonly current: Step
  /** In a few words, what each step decided. */
  readonly said: Readonly<Partial<Record<Step, string>>>
  /** There is no draft to approve yet. */
  readonly hasKept: boolean
}
/** The steps, with what was chosen at each. Any of them may be gone to: nothing is lost. */
export function Rail({ current, said, hasKept }: RailProps) {
  const { t } = useWords()
  const set = useSetParams()
  const place = steps.indexOf(current)
  return (
    <nav className="wizard-rail" aria-label={t('wizard.steps.label')}>
      <ol>
        {steps.map((step, i) => (
          <li key={step}>
            <button
              type="button"
              className="wizard-rail-step"
              aria-current={step === current ? 'step' : undefined}
              disabled={step === 'approval' && !hasKept}
              onClick={() => set({ step })}
            >
              <span className="wizard-rail-mark" data-done={i < place || undefined}>
                {i < place ? <Glyph name="check" /> : i + 1}
              </span>
              <span className="wizard-rail-words">
                <span>{t(`wizard.steps.${step}`)}</span>
                {said[step] === undefined ? null : <span className="wizard-rail-said">{said[step]}</span>}
              </span>
            </button>
          </li>
        ))}
      </ol>
    </nav>
  )
}
