import { Radio, Stack, Text, TextInput } from '@mantine/core'
import { type WeeklySpan, weekdays } from '../../../../src/rollout/time/calendar.ts'
import { viewerZone } from '../../format/time.ts'
import { useWords } from '../../words/language.ts'
import { policyOf, withValue } from './draft.ts'
import { Freezes } from './freezes.tsx'
import { Spans } from './spans.tsx'
import type { StepProps } from './step-props.ts'

const NIGHT: WeeklySpan = { days: [...weekdays], from: '23:00', to: '06:00' }

export function WindowStep({ draft, change }: StepProps) {
  const { t } = useWords()
  const { windows, startsAt, endsAt } = policyOf(draft)
  const set = (path: string, value: unknown) => change({ policy: withValue(draft.policy, path, value) })
  const isBackwards = startsAt !== null && endsAt !== null && Date.parse(endsAt) <= Date.parse(startsAt)
  return (
    <Stack>
      <Text size="sm" c="dimmed">
        {t('wizard.window.hint')}
      </Text>
      <Radio.Group
        value={windows === null ? 'own' : 'one'}
        onChange={(by) => set('windows', by === 'own' ? null : [NIGHT])}
        aria-label={t('wizard.steps.window')}
      >
        <Stack gap={8}>
          <Radio value="own" label={t('wizard.window.own')} description={t('wizard.window.ownHint')} />
          <Radio value="one" label={t('wizard.window.one')} description={t('wizard.window.oneHint')} />
        </Stack>
      </Radio.Group>
      {windows === null ? null : <Spans spans={windows} set={(spans) => set('windows', spans)} />}
      <fieldset className="wizard-part">
        <legend>{t('wizard.window.yourZone', { zone: viewerZone() })}</legend>
        <div className="wizard-fields">
          <MomentField of="startsAt" name="notBefore" draft={draft} change={change} />
          <MomentField
            of="endsAt"
            name="deadline"
            draft={draft}
            change={change}
            error={isBackwards ? t('wizard.window.deadlineBefore') : undefined}
          />
          <MomentField of="preloadFrom" name="preload" draft={draft} change={change} />
        </div>
      </fieldset>
      <Freezes draft={draft} change={change} />
    </Stack>
  )
}

const two = (value: number): string => String(value).padStart(2, '0')
/** As `<input type="datetime-local">` has it, in the viewer's own zone. */
function localOf(iso: string | null): string {
  if (iso === null) return ''
  const at = new Date(iso)
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`
  return `${day}T${two(at.getHours())}:${two(at.getMinutes())}`
}
const isoOf = (local: string): string | null => {
  const at = new Date(local)
  return local === '' || Number.isNaN(at.getTime()) ? null : at.toISOString()
}

interface MomentFieldProps extends StepProps {
  readonly of: 'startsAt' | 'endsAt' | 'preloadFrom'
  readonly name: 'notBefore' | 'deadline' | 'preload'
  readonly error?: string | undefined
}
function MomentField({ of, name, draft, change, error }: MomentFieldProps) {
  const { t } = useWords()
  const value = policyOf(draft)[of]
  return (
    <TextInput
      type="datetime-local"
      label={t(`wizard.window.${name}`)}
      description={t(`wizard.window.${name}Hint`)}
      inputWrapperOrder={['label', 'input', 'description', 'error']}
      value={localOf(value)}
      error={error}
      onChange={(event) => change({ policy: withValue(draft.policy, of, isoOf(event.currentTarget.value)) })}
    />
  )
}
