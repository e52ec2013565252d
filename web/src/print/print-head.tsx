/** What a sheet of paper has to say by itself: when it was printed, by whose clock, of what. */
import './print.css'
import { serverNow } from '../format/now.ts'
import { formatMoment, viewerZone } from '../format/time.ts'
import { useLiveStatus } from '../live/use-live.tsx'
import { useParams } from '../route-params.ts'
import { useWords } from '../words/language.ts'
import { usePrinting } from './printing.ts'

export function PrintHead() {
  return usePrinting() ? <Line /> : null
}

function Line() {
  const { t, language } = useWords()
  const { filter } = useParams()
  const { state, heardAt } = useLiveStatus()
  const zone = viewerZone()
  const at = (moment: Date) => formatMoment(language, moment, zone)
  return (
    <p className="print-head">
      {t('print.at', { when: at(new Date(serverNow())), zone })}
      {state === 'stale' && heardAt !== undefined ? (
        <strong>{` · ${t('print.stale', { when: at(heardAt) })}`}</strong>
      ) : null}
      {filter === undefined ? null : ` · ${t('print.filter', { filter })}`}
    </p>
  )
}
