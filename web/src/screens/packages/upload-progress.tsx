import { Progress, Text } from '@mantine/core'
import { formatBytes } from '../../format/money.ts'
import { useWords } from '../../words/language.ts'
import type { Upload } from './use-upload.ts'

interface UploadProgressProps {
  readonly upload: Upload
  readonly size: number
}
export function UploadProgress({ upload: { isRunning, sent }, size }: UploadProgressProps) {
  const { t, language } = useWords()
  if (!isRunning) return null
  const percent = size === 0 ? 0 : Math.min(100, Math.floor((100 * sent) / size))
  const bytes = { sent: formatBytes(language, Math.min(sent, size)), size: formatBytes(language, size) }
  const text = sent >= size ? t('packages.up.finishing') : t('packages.up.progress', bytes)
  return (
    <div>
      <Progress.Root size="lg">
        <Progress.Section value={percent} animated aria-label={text} aria-valuetext={text} />
      </Progress.Root>
      <Text size="xs" mt={4} className="number">
        {text}
      </Text>
    </div>
  )
}
