/** When the till said what is shown, and who asked; a label without its age is no fact. */
import type { DeviceWhole } from '../../api/types.ts'
import { serverNow } from '../../format/now.ts'
import { formatMoment, formatSpan } from '../../format/time.ts'
import { Mark, useReason } from '../../parts/mark.tsx'
import { useWords } from '../../words/language.ts'

export function useSource(): (source: string) => string {
  const { t } = useWords()
  const sources: Readonly<Record<string, string>> = t('terminal.sources', { returnObjects: true })
  // A colon would name another catalogue to i18next.
  return (source) => sources[source.replace(/:(.)/, (_, letter: string) => letter.toUpperCase())] ?? source
}

export function Reading({ device }: { readonly device: DeviceWhole }) {
  const { t, language } = useWords()
  const sourceOf = useSource()
  const { status, timeZone } = device
  const reason = useReason(status?.reason)?.label
  const ago = (at: string): string => formatSpan(language, (serverNow() - Date.parse(at)) / 1000)
  if (status?.readAt == null) return <span>{t('terminal.neverRead')}</span>
  const time = formatMoment(language, new Date(status.readAt), timeZone)
  return (
    <>
      <span>{t('terminal.readAt', { span: ago(status.readAt), time, source: sourceOf(status.source) })}</span>
      {reason === undefined ? null : (
        <Mark tone="warn" glyph="bang" label={t('terminal.askedAt', { span: ago(status.askedAt), reason })} />
      )}
    </>
  )
}
