import { CloseButton, Text, UnstyledButton } from '@mantine/core'
import { type DragEvent, useState } from 'react'
import { formatBytes } from '../../format/money.ts'
import { FilePick } from '../../parts/file-pick.tsx'
import { Glyph } from '../../parts/glyph.tsx'
import { useWords } from '../../words/language.ts'
import type { FilePart, UploadFiles } from './upload-files.ts'

interface DropZoneProps {
  readonly files: UploadFiles
  readonly isFixed: boolean
  readonly onAdd: (files: readonly File[]) => void
  readonly onRemove: (part: FilePart) => void
}
const parts = ['file', 'manifest', 'signature'] as const

export function DropZone({ files, isFixed, onAdd, onRemove }: DropZoneProps) {
  const { t } = useWords()
  const [isOver, setOver] = useState(false)
  const hold = (event: DragEvent) => {
    event.preventDefault()
    setOver(!isFixed)
  }
  const drop = (event: DragEvent) => {
    event.preventDefault()
    setOver(false)
    if (!isFixed) onAdd([...event.dataTransfer.files])
  }
  return (
    <section
      className="packages-drop"
      aria-label={t('packages.up.title')}
      data-over={isOver || undefined}
      onDragOver={hold}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      {isFixed ? null : (
        <div className="packages-drop-ask">
          <Text size="sm">{t('packages.up.drop')}</Text>
          <FilePick onChange={(chosen) => onAdd(chosen)} multiple>
            {(props) => (
              <UnstyledButton {...props} className="packages-choose">
                {t('packages.up.choose')}
              </UnstyledButton>
            )}
          </FilePick>
          <Text size="xs" c="dimmed">
            {t('packages.up.chooseHint')}
          </Text>
        </div>
      )}
      <ul className="packages-files">
        {parts.map((part) => (
          <FileLine key={part} part={part} files={files} isFixed={isFixed} onRemove={onRemove} />
        ))}
      </ul>
    </section>
  )
}

interface FileLineProps {
  readonly part: FilePart
  readonly files: UploadFiles
  readonly isFixed: boolean
  readonly onRemove: (part: FilePart) => void
}
function FileLine({ part, files, isFixed, onRemove }: FileLineProps) {
  const { t, language } = useWords()
  const name = files[part]?.name
  return (
    <li data-part={part}>
      <span className="packages-part">{t(`packages.up.${part}`)}</span>
      {name === undefined ? (
        <span className="packages-missing">
          <Glyph name="dash" /> {t('packages.up.missing')}
        </span>
      ) : (
        <>
          <span className="packages-name" title={name}>
            {name}
          </span>
          {part === 'file' && files.file !== undefined ? (
            <span className="packages-note">{formatBytes(language, files.file.size)}</span>
          ) : null}
          {isFixed ? null : (
            <CloseButton
              size="xs"
              aria-label={t('packages.up.takeAway', { name })}
              onClick={() => onRemove(part)}
            />
          )}
        </>
      )}
    </li>
  )
}
