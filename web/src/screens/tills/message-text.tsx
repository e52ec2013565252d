import { Group, Textarea, UnstyledButton } from '@mantine/core'
import { useWords } from '../../words/language.ts'
import { MOST_CHARACTERS } from './orders.ts'

/** What is wrong with it, as the API would say. */
export function messageFault(text: string): 'empty' | 'long' | undefined {
  if (text.trim() === '') return 'empty'
  return [...text].length > MOST_CHARACTERS ? 'long' : undefined
}

const presets = ['evening', 'closed'] as const

interface MessageTextProps {
  readonly text: string
  readonly onChange: (text: string) => void
}
export function MessageText({ text, onChange }: MessageTextProps) {
  const { t } = useWords()
  const count = [...text].length
  return (
    <div>
      <Textarea
        label={t('tills.text')}
        autosize
        minRows={3}
        maxRows={8}
        value={text}
        error={messageFault(text) === 'long'}
        description={t('tills.textLeft', { count, most: MOST_CHARACTERS })}
        inputWrapperOrder={['label', 'input', 'description', 'error']}
        onChange={(event) => onChange(event.currentTarget.value)}
        data-autofocus
      />
      <Group gap={6} mt={6}>
        {presets.map((one) => (
          <UnstyledButton
            key={one}
            className="tills-chip tills-preset"
            onClick={() => onChange(t(`tills.presets.${one}`))}
          >
            {t(`tills.presets.${one}`)}
          </UnstyledButton>
        ))}
      </Group>
    </div>
  )
}
