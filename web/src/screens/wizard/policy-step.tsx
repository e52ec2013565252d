import { Button, Group, Stack, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { useWords } from '../../words/language.ts'
import { ChoiceField, NumberField } from './field.tsx'
import { OptionalPart } from './optional-part.tsx'
import { ownChanges, withoutOwn } from './policy-changes.ts'
import { Preconditions } from './preconditions.tsx'
import type { StepProps } from './step-props.ts'
import { TwoPersonsField } from './two-persons.tsx'

const DAY = 24 * 3600
const MANY = 1_000_000

type Field = [name: FieldName, path: string, min: number, max: number, isWhole?: boolean]
type FieldName =
  | 'maxAttempts'
  | 'backoffScale'
  | 'tillLanes'
  | 'tillLanesPercent'
  | 'scoLanes'
  | 'scoLanesPercent'
  | 'installSeconds'
  | 'confirmSeconds'
  | 'rollbackSeconds'
  | 'marginSeconds'
  | 'armSeconds'
  | 'restartSeconds'

const lanes: readonly Field[] = [
  ['tillLanes', 'lanes.till.count', 0, MANY],
  ['tillLanesPercent', 'lanes.till.percent', 0, 100, false],
  ['scoLanes', 'lanes.selfCheckout.count', 0, MANY],
  ['scoLanesPercent', 'lanes.selfCheckout.percent', 0, 100, false],
]
const times: readonly Field[] = [
  ['installSeconds', 'need.installSeconds', 1, DAY],
  ['confirmSeconds', 'need.confirmSeconds', 0, DAY],
  ['rollbackSeconds', 'need.rollbackSeconds', 0, DAY],
  ['marginSeconds', 'need.marginSeconds', 0, DAY],
  ['armSeconds', 'armSeconds', 1, DAY],
  ['restartSeconds', 'restartSeconds', 1, DAY],
]

function Numbers({ fields, ...step }: StepProps & { readonly fields: readonly Field[] }) {
  const { t } = useWords()
  return (
    <div className="wizard-fields" data-pairs={fields === lanes || undefined}>
      {fields.map(([name, path, min, max, isWhole = true]) => (
        <NumberField
          key={name}
          {...step}
          path={path}
          min={min}
          max={max}
          isWhole={isWhole}
          label={t(`wizard.policy.fields.${name}`)}
          hint={t(`wizard.policy.fields.${name}Hint`)}
        />
      ))}
    </div>
  )
}

interface GroupProps {
  readonly name: 'consent' | 'shift' | 'lanes' | 'offline' | 'time' | 'back' | 'ramp' | 'preconditions'
  readonly children: ReactNode
}
const Part = ({ name, children }: GroupProps) => {
  const { t } = useWords()
  return (
    <fieldset className="wizard-part">
      <legend>{t(`wizard.policy.groups.${name}`)}</legend>
      {children}
    </fieldset>
  )
}

export function PolicyStep(step: StepProps) {
  const { t } = useWords()
  const { draft, change } = step
  const changes = ownChanges(draft.policy)
  const usual = () => change({ policy: withoutOwn(draft.policy) })
  return (
    <Stack>
      <Group justify="space-between">
        <Text size="sm" c="dimmed">
          {t('wizard.policy.hint')}
        </Text>
        {changes === 0 ? null : (
          <Group gap="xs">
            <Text size="sm">{t('wizard.policy.changedCount', { count: changes })}</Text>
            <Button size="compact-sm" variant="default" onClick={usual}>
              {t('wizard.policy.reset')}
            </Button>
          </Group>
        )}
      </Group>
      <Part name="consent">
        <TwoPersonsField {...step} />
      </Part>
      <Part name="shift">
        <div className="wizard-fields">
          <ChoiceField
            {...step}
            path="closeShift"
            label={t('wizard.policy.fields.closeShift')}
            hint={t('wizard.policy.fields.closeShiftHint')}
            options={(['never', 'ask', 'auto'] as const).map((value) => ({
              value,
              label: t(`wizard.policy.closeShift.${value}`),
            }))}
          />
          <ChoiceField
            {...step}
            path="offline"
            label={t('wizard.policy.fields.offline')}
            hint={t('wizard.policy.fields.offlineHint')}
            options={(['wait', 'skip'] as const).map((value) => ({
              value,
              label: t(`wizard.policy.offline.${value}`),
            }))}
          />
        </div>
      </Part>
      <Part name="lanes">
        <Numbers {...step} fields={lanes} />
      </Part>
      <details className="wizard-more">
        <summary className="wizard-more-head">{t('wizard.policy.advanced')}</summary>
        <Advanced {...step} />
      </details>
    </Stack>
  )
}

const retries: readonly Field[] = [
  ['maxAttempts', 'maxAttempts', 1, 100],
  ['backoffScale', 'backoffScale', 0.001, 100, false],
]

function Advanced(step: StepProps) {
  return (
    <Stack mt="sm">
      <Part name="offline">
        <Numbers {...step} fields={retries} />
      </Part>
      <Part name="time">
        <Numbers {...step} fields={times} />
      </Part>
      <Part name="back">
        <OptionalPart {...step} of="rollBackWave" />
      </Part>
      <Part name="ramp">
        <OptionalPart {...step} of="ramp" />
      </Part>
      <Part name="preconditions">
        <Preconditions {...step} />
      </Part>
    </Stack>
  )
}
