import { Button, Group, TextInput } from '@mantine/core'
import { useRef, useState } from 'react'
import { Glyph } from '../../parts/glyph.tsx'
import { useWords } from '../../words/language.ts'

interface CopyFieldProps {
  readonly label: string
  readonly value: string
  readonly description?: string | undefined
}
/** A text to take along. Without https a browser has no clipboard for us: then it is selected and copied as a person would. */
export function CopyField({ label, value, description }: CopyFieldProps) {
  const { t } = useWords()
  const [isCopied, setCopied] = useState(false)
  const field = useRef<HTMLInputElement>(null)
  const copy = async () => {
    field.current?.select()
    try {
      await navigator.clipboard.writeText(value)
      setCopied(true)
    } catch {
      setCopied(document.execCommand('copy'))
    }
  }
  return (
    <Group align="flex-end" gap="xs" wrap="nowrap">
      <TextInput
        ref={field}
        className="settings-copy"
        label={label}
        description={description}
        value={value}
        readOnly
        onFocus={(event) => event.currentTarget.select()}
      />
      <Button
        variant="default"
        onClick={() => void copy()}
        leftSection={isCopied ? <Glyph name="check" /> : undefined}
      >
        {isCopied ? t('common.copied') : t('common.copy')}
      </Button>
    </Group>
  )
}
