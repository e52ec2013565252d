import { formatClock, viewerZone } from '../format/time.ts'
import { useLiveStatus } from '../live/use-live.tsx'
import { Mark } from '../parts/mark.tsx'
import { useWords } from '../words/language.ts'

/** Whether what is shown is of now, and else since when not. */
export function LiveMark() {
  const { t, language } = useWords()
  const { state, heardAt } = useLiveStatus()
  const time = heardAt === undefined ? '' : formatClock(language, heardAt, viewerZone())
  if (state === 'live')
    return <Mark tone="good" glyph="check" label={t('shell.live')} hint={t('shell.liveHint', { time })} />
  if (heardAt === undefined) return <Mark tone="calm" glyph="clock" label={t('shell.connecting')} />
  return (
    <span role="status">
      <Mark tone="bad" glyph="off" label={t('shell.stale', { time })} hint={t('shell.staleHint', { time })} />
    </span>
  )
}
