import { Checkbox, NumberInput, Radio, Stack, Text, TextInput } from '@mantine/core'
import { useWords } from '../../words/language.ts'
import { GateFields } from './gate-fields.tsx'
import { KeptWaves } from './kept-notice.tsx'
import { OwnWaves } from './own-waves.tsx'
import type { StepProps } from './step-props.ts'
import { type Template, templates, type Waves } from './waves-draft.ts'

export interface WavesProps {
  readonly waves: Waves
  readonly set: (waves: Partial<Waves>) => void
}

/** Of these the first wave is a pilot, and others follow. */
const hasPilot = (template: Template): boolean => template !== 'single' && template !== 'usual'

export function WavesStep({ draft, change }: StepProps) {
  const { t } = useWords()
  const { waves } = draft
  const set = (some: Partial<Waves>) => change({ waves: { ...waves, ...some } })
  return (
    <Stack>
      <Text size="sm" c="dimmed">
        {t('wizard.waves.hint')}
      </Text>
      <Radio.Group
        value={waves.template}
        onChange={(template) => set({ template: template as Template })}
        aria-label={t('wizard.waves.template')}
      >
        <div className="wizard-cards">
          {templates.map((template) => (
            <Radio.Card
              key={template}
              value={template}
              className="wizard-card"
              aria-label={t(`wizard.waves.${template}`)}
            >
              <div className="wizard-card-head">
                <Radio.Indicator />
                <span className="wizard-card-title">{t(`wizard.waves.${template}`)}</span>
              </div>
              <Text size="xs" c="dimmed">
                {t(`wizard.waves.${template}Hint`)}
              </Text>
            </Radio.Card>
          ))}
        </div>
      </Radio.Group>
      <TemplateFields waves={waves} set={set} />
      {waves.template === 'custom' ? <OwnWaves waves={waves} set={set} /> : null}
      <KeptWaves draft={draft} change={change} />
      {waves.template === 'single' ? (
        <Text size="sm" c="dimmed">
          {t('wizard.waves.noGate')}
        </Text>
      ) : (
        <fieldset className="wizard-part">
          <legend>{t('wizard.waves.gate')}</legend>
          <Stack gap="sm">
            <Text size="sm" c="dimmed">
              {t('wizard.waves.gateHint')}
            </Text>
            {hasPilot(waves.template) ? (
              <Checkbox
                checked={waves.pilotApproval}
                label={t('wizard.waves.pilotApproval')}
                description={t('wizard.waves.pilotApprovalHint')}
                onChange={(event) => set({ pilotApproval: event.currentTarget.checked })}
              />
            ) : null}
            <GateFields draft={draft} change={change} />
          </Stack>
        </fieldset>
      )}
    </Stack>
  )
}

function TemplateFields({ waves, set }: WavesProps) {
  const { t } = useWords()
  const { template } = waves
  if (template !== 'pilotEvenOdd' && template !== 'canary' && template !== 'stratifiedPilot') return null
  return (
    <div className="wizard-fields">
      {template === 'stratifiedPilot' ? (
        <NumberInput
          label={t('wizard.waves.percent')}
          min={1}
          max={100}
          value={waves.percent}
          onChange={(percent) => set({ percent: Number(percent) || 1 })}
        />
      ) : (
        <NumberInput
          label={t('wizard.waves.pilotStores')}
          min={1}
          max={1000}
          value={waves.pilotStores}
          onChange={(count) => set({ pilotStores: Number(count) || 1 })}
        />
      )}
      {template === 'canary' ? (
        <TextInput
          label={t('wizard.waves.percents')}
          placeholder={t('wizard.waves.percentsHint')}
          value={waves.percents}
          onChange={(event) => set({ percents: event.currentTarget.value })}
        />
      ) : null}
    </div>
  )
}
