/** One member of the policy: its label, what it is for, its usual value, and a mark where it differs. */
import { NumberInput, Select, Switch } from '@mantine/core'
import type { ReactNode } from 'react'
import { defaultPolicy } from '../../../../src/rollout/policy.ts'
import { useWords } from '../../words/language.ts'
import { policyOf, valueAt, withValue } from './draft.ts'
import type { StepProps } from './step-props.ts'

export interface FieldProps extends StepProps {
  /** Of the policy: `gate.approval`. */
  readonly path: string
  readonly label: string
  readonly hint?: string | undefined
}

export function useField({ draft, change, path }: Pick<FieldProps, 'draft' | 'change' | 'path'>) {
  const value = valueAt(policyOf(draft), path)
  const usual = valueAt(defaultPolicy, path)
  return {
    value,
    usual,
    isChanged: JSON.stringify(value) !== JSON.stringify(usual),
    set: (next: unknown) => change({ policy: withValue(draft.policy, path, next) }),
  }
}

interface SaidProps {
  readonly hint: string | undefined
  readonly usual: string
  readonly isChanged: boolean
}
/** The line below a field. */
export function Said({ hint, usual, isChanged }: SaidProps): ReactNode {
  const { t } = useWords()
  return (
    <>
      {hint === undefined ? null : `${hint} `}
      <span className="wizard-usual">{t('wizard.policy.usual', { value: usual })}</span>
      {isChanged ? <span className="wizard-changed"> {`· ${t('wizard.policy.changed')}`}</span> : null}
    </>
  )
}

interface NumberFieldProps extends FieldProps {
  readonly min: number
  readonly max: number
  readonly isWhole?: boolean
}
export function NumberField({ label, hint, min, max, isWhole = true, ...of }: NumberFieldProps) {
  const { value, usual, isChanged, set } = useField(of)
  return (
    <NumberInput
      label={label}
      description={<Said hint={hint} usual={String(usual)} isChanged={isChanged} />}
      inputWrapperOrder={['label', 'input', 'description', 'error']}
      value={typeof value === 'number' ? value : ''}
      min={min}
      max={max}
      allowDecimal={!isWhole}
      allowNegative={false}
      clampBehavior="strict"
      onChange={(next) => set(next === '' ? usual : Number(next))}
      data-path={of.path}
    />
  )
}

interface ChoiceFieldProps extends FieldProps {
  readonly options: readonly { value: string; label: string }[]
}
export function ChoiceField({ label, hint, options, ...of }: ChoiceFieldProps) {
  const { value, usual, isChanged, set } = useField(of)
  const nameOf = (one: unknown) => options.find((option) => option.value === one)?.label ?? String(one)
  return (
    <Select
      comboboxProps={{ withinPortal: false }}
      label={label}
      description={<Said hint={hint} usual={nameOf(usual)} isChanged={isChanged} />}
      inputWrapperOrder={['label', 'input', 'description', 'error']}
      data={[...options]}
      allowDeselect={false}
      value={String(value)}
      onChange={(next) => set(next ?? usual)}
    />
  )
}

export function SwitchField({ label, hint, ...of }: FieldProps) {
  const { t } = useWords()
  const { value, usual, isChanged, set } = useField(of)
  return (
    <Switch
      label={label}
      description={
        <Said hint={hint} usual={usual === true ? t('common.on') : t('common.off')} isChanged={isChanged} />
      }
      checked={value === true}
      onChange={(event) => set(event.currentTarget.checked)}
    />
  )
}
