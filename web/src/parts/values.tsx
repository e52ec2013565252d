/** Values as people read them: each with its source or its whole form behind it. */
import { displayVersion } from '../../../src/rollout/versions.ts'
import { formatMoney } from '../format/money.ts'
import { serverNow } from '../format/now.ts'
import { formatClock, formatMoment, formatSpan, viewerZone } from '../format/time.ts'
import { useWords } from '../words/language.ts'

interface MomentProps {
  readonly at: string | null | undefined
  /** The store's; left out: the viewer's own. */
  readonly zone?: string | undefined
  /** `04:31` instead of the whole. */
  readonly clock?: boolean
}
/** Store-local, the viewer's own in the tooltip. */
export function Moment({ at, zone, clock = false }: MomentProps) {
  const { t, language } = useWords()
  if (at === null || at === undefined) return <span>{t('common.unknown')}</span>
  const moment = new Date(at)
  const own = viewerZone()
  const shown = (clock ? formatClock : formatMoment)(language, moment, zone ?? own)
  const time = formatMoment(language, moment, own)
  const viewer = t('common.atViewer', { time, zone: own })
  const hint = zone === undefined ? viewer : `${t('common.atStore', { zone })}\n${viewer}`
  return (
    <time dateTime={at} title={hint}>
      {shown}
    </time>
  )
}

/** `2 ч 50 мин назад`; the moment itself in the tooltip. */
export function Ago({ at, zone, now = serverNow() }: MomentProps & { readonly now?: number }) {
  const { t, language } = useWords()
  if (at === null || at === undefined) return <span>{t('common.unknown')}</span>
  const span = formatSpan(language, (now - Date.parse(at)) / 1000)
  return (
    <time dateTime={at} title={formatMoment(language, new Date(at), zone ?? viewerZone())}>
      {t('common.ago', { span })}
    </time>
  )
}

/** `97`; the eight digits in the tooltip. `whole`: the eight digits. */
export function Version({
  digits,
  whole = false,
}: {
  readonly digits: string | null | undefined
  readonly whole?: boolean
}) {
  const { t } = useWords()
  if (digits === null || digits === undefined) return <span>{t('common.unknown')}</span>
  return (
    <span title={t('common.fullVersion', { digits })}>{whole ? digits : displayVersion(Number(digits))}</span>
  )
}

/** `1 252,05` of hundredths. */
export function Money({ hundredths }: { readonly hundredths: number | null | undefined }) {
  const { t, language } = useWords()
  const text = hundredths == null ? t('common.unknown') : formatMoney(language, hundredths)
  return <span className="number">{text}</span>
}
