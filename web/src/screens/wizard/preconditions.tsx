import { NativeSelect, NumberInput } from '@mantine/core'
import { neverLowered } from '../../../../src/rollout/checks/preconditions.ts'
import {
  defaultPreconditions,
  type PreconditionCode,
  preconditionCodes,
} from '../../../../src/rollout/policy.ts'
import { useWords } from '../../words/language.ts'
import { useField } from './field.tsx'
import type { StepProps } from './step-props.ts'

const levels = ['block', 'warn', 'off'] as const
/** What a limit counts, as rollout/checks/preconditions.ts measures it. */
const units: Readonly<Partial<Record<PreconditionCode, 'days' | 'minutes'>>> = {
  shiftExpired: 'minutes',
  replicationLag: 'minutes',
  fiscalCritical: 'days',
  ofdQueueOld: 'days',
  statusStale: 'minutes',
  clockSkew: 'minutes',
}

export function Preconditions(step: StepProps) {
  return (
    <div className="wizard-rules">
      {preconditionCodes.map((code) => (
        <Rule key={code} code={code} {...step} />
      ))}
    </div>
  )
}

function Rule({ code, draft, change }: StepProps & { readonly code: PreconditionCode }) {
  const { t, core } = useWords()
  const { label: name, advice } = core.reasons[code]
  const level = useField({ draft, change, path: `preconditions.${code}.level` })
  const limit = useField({ draft, change, path: `preconditions.${code}.limit` })
  const usual = defaultPreconditions[code].level
  const unit = units[code]
  const isFixed = (neverLowered as readonly string[]).includes(code)
  return (
    <div className="wizard-rule" data-changed={level.isChanged || limit.isChanged || undefined}>
      <div className="wizard-rule-name">
        <span>{name}</span>
        <span className="wizard-usual">{advice}</span>
      </div>
      <NativeSelect
        size="xs"
        disabled={isFixed}
        title={isFixed ? t('wizard.policy.neverLowered') : undefined}
        aria-label={t('wizard.policy.levelFor', { name })}
        data={levels.map((one) => ({ value: one, label: t(`wizard.policy.level.${one}`) }))}
        value={String(level.value)}
        onChange={(event) => level.set(event.currentTarget.value)}
      />
      {unit === undefined ? (
        <span />
      ) : (
        <NumberInput
          size="xs"
          aria-label={t('wizard.policy.limitFor', { name })}
          suffix={` ${t(`wizard.policy.limit.${unit}`)}`}
          min={0}
          max={1_000_000}
          allowNegative={false}
          value={typeof limit.value === 'number' ? limit.value : ''}
          onChange={(next) => typeof next === 'number' && limit.set(next)}
        />
      )}
      <span className="wizard-usual">
        {isFixed
          ? t('wizard.policy.neverLowered')
          : t('wizard.policy.usual', { value: t(`wizard.policy.level.${usual}`) })}
        {level.isChanged || limit.isChanged ? (
          <span className="wizard-changed"> {`· ${t('wizard.policy.changed')}`}</span>
        ) : null}
      </span>
    </div>
  )
}
