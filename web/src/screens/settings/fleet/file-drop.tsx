import { Text } from '@mantine/core'
import { type DragEvent, useState } from 'react'
import { formatBytes } from '../../../format/money.ts'
import { ActButton } from '../../../parts/act-button.tsx'
import { FilePick } from '../../../parts/file-pick.tsx'
import { useWords } from '../../../words/language.ts'

interface FileDropProps {
  readonly file: File | undefined
  readonly onFile: (file: File) => void
}
/** A file by the button, or dropped anywhere on the area. */
export function FileDrop({ file, onFile }: FileDropProps) {
  const { t, language } = useWords()
  const [isOver, setOver] = useState(false)
  const drop = (event: DragEvent) => {
    event.preventDefault()
    setOver(false)
    const [first] = event.dataTransfer.files
    if (first !== undefined) onFile(first)
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the button inside does the same by keyboard
    <div
      className="settings-drop"
      data-over={isOver || undefined}
      onDragOver={(event) => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <FilePick
        accept=".csv,.txt,.tsv,.json,.yml,.yaml,.ini,.cfg,.hosts,text/*,application/json"
        onChange={(chosen) => chosen !== null && onFile(chosen)}
        inputProps={{ 'aria-label': t('settings.fleet.choose'), tabIndex: -1 }}
      >
        {({ onClick }) => (
          <ActButton permission="fleet.import" size="sm" onClick={onClick}>
            {t('settings.fleet.choose')}
          </ActButton>
        )}
      </FilePick>
      {file === undefined ? (
        <Text size="sm" c="dimmed">
          {t('settings.fleet.dropHere')}
        </Text>
      ) : (
        <Text size="sm" fw={600}>
          {file.name}
          <Text span size="sm" c="dimmed" fw={400}>
            {' · '}
            {formatBytes(language, file.size)}
          </Text>
        </Text>
      )}
    </div>
  )
}
