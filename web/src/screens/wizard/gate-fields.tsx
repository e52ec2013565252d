import { useWords } from '../../words/language.ts'
import { NumberField, SwitchField } from './field.tsx'
import type { StepProps } from './step-props.ts'

const FORTNIGHT_MINUTES = 60 * 24 * 14
const numbers = [
  ['successPercent', 100],
  ['failurePercent', 100],
  ['minimumSample', 1_000_000],
  ['unreachablePercent', 100],
  ['silentPercent', 100],
  ['soakMinutes', FORTNIGHT_MINUTES],
] as const

/** What stands between a wave and the next, with the usual thresholds. */
export function GateFields(step: StepProps) {
  const { t } = useWords()
  return (
    <>
      <SwitchField
        {...step}
        path="gate.approval"
        label={t('wizard.waves.approval')}
        hint={t('wizard.waves.approvalHint')}
      />
      <div className="wizard-fields">
        {numbers.map(([name, max]) => (
          <NumberField
            key={name}
            {...step}
            path={`gate.${name}`}
            label={t(`wizard.waves.${name}`)}
            hint={t(`wizard.waves.${name}Hint`)}
            min={name === 'minimumSample' ? 1 : 0}
            max={max}
            isWhole={name === 'minimumSample'}
          />
        ))}
      </div>
    </>
  )
}
