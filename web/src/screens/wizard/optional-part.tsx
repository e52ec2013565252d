/** Parts of the policy that are off as a rule: null, or all of their members. */
import { NumberInput, Stack, Switch } from '@mantine/core'
import { useWords } from '../../words/language.ts'
import { Said, useField } from './field.tsx'
import type { StepProps } from './step-props.ts'

const parts = {
  rollBackWave: { failedPercent: 20, failedCount: 5 },
  ramp: { startPerMinute: 1, growth: 2, everySuccesses: 10, maxPerMinute: 100 },
} as const
type PartName = keyof typeof parts
type Member =
  | 'failedPercent'
  | 'failedCount'
  | 'startPerMinute'
  | 'growth'
  | 'everySuccesses'
  | 'maxPerMinute'

const lowest: Readonly<Record<Member, number>> = {
  failedPercent: 0,
  failedCount: 1,
  startPerMinute: 0.1,
  growth: 1,
  everySuccesses: 1,
  maxPerMinute: 0.1,
}

export function OptionalPart({ of, draft, change }: StepProps & { readonly of: PartName }) {
  const { t } = useWords()
  const { value, isChanged, set } = useField({ draft, change, path: of })
  const present = value as Readonly<Record<Member, number>> | null
  return (
    <Stack gap="sm">
      <Switch
        label={t(`wizard.policy.fields.${of}`)}
        description={
          <Said hint={t(`wizard.policy.fields.${of}Hint`)} usual={t('common.off')} isChanged={isChanged} />
        }
        checked={present !== null}
        onChange={(event) => set(event.currentTarget.checked ? parts[of] : null)}
      />
      {present === null ? null : (
        <div className="wizard-fields">
          {(Object.keys(parts[of]) as Member[]).map((member) => (
            <NumberInput
              key={member}
              label={t(`wizard.policy.fields.${member}`)}
              min={lowest[member]}
              max={member === 'failedPercent' ? 100 : 1_000_000}
              allowNegative={false}
              value={present[member]}
              onChange={(next) => set({ ...present, [member]: Number(next) || lowest[member] })}
            />
          ))}
        </div>
      )}
    </Stack>
  )
}
