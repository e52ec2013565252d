import { Button, CloseButton, Group, NativeSelect, Stack, Text, TextInput } from '@mantine/core'
import { useWords } from '../../words/language.ts'
import { type Cut, cuts, type OwnWave } from './waves-draft.ts'
import type { WavesProps } from './waves-step.tsx'

const MOST = 100
/** These take whom their name says, and need no more. */
const whole: ReadonlySet<Cut> = new Set(['even', 'odd', 'cover', 'rest'])

export function OwnWaves({ waves: { own }, set }: WavesProps) {
  const { t } = useWords()
  const write = (place: number, change: Partial<OwnWave>) =>
    set({ own: own.map((one, i) => (i === place ? { ...one, ...change } : one)) })
  const add = () => set({ own: [...own.slice(0, -1), { by: 'percent', value: '25' }, ...own.slice(-1)] })
  return (
    <Stack gap={8} className="wizard-own">
      {own.map((one, place) => {
        const number = place + 1
        const label = t('wizard.waves.waveNumber', { number })
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: a wave has no other name than its place
          <Group key={place} gap="xs" role="group" aria-label={label} wrap="nowrap">
            <Text size="sm" className="wizard-own-number">
              {label}
            </Text>
            <NativeSelect
              aria-label={`${label}: ${t('wizard.waves.by.label')}`}
              data={cuts.map((cut) => ({ value: cut, label: t(`wizard.waves.by.${cut}`) }))}
              value={one.by}
              onChange={(event) => write(place, { by: event.currentTarget.value as Cut })}
            />
            {whole.has(one.by) ? null : (
              <TextInput
                aria-label={`${label}: ${t('wizard.waves.value')}`}
                placeholder={t('wizard.waves.valueHint')}
                value={one.value}
                onChange={(event) => write(place, { value: event.currentTarget.value })}
              />
            )}
            {own.length > 1 ? (
              <CloseButton
                aria-label={t('wizard.waves.removeWave', { number })}
                onClick={() => set({ own: own.filter((_, i) => i !== place) })}
              />
            ) : null}
          </Group>
        )
      })}
      <Group>
        <Button size="compact-sm" variant="default" disabled={own.length >= MOST} onClick={add}>
          {t('wizard.waves.add')}
        </Button>
      </Group>
    </Stack>
  )
}
