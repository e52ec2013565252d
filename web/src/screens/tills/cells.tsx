/** What a till said, in the forms of the old page; what it never said is «Нет данных». */
import type { ReactNode } from 'react'
import type { Device, DeviceWhole } from '../../api/types.ts'
import { formatBytes } from '../../format/money.ts'
import { serverNow } from '../../format/now.ts'
import { formatMoment, formatSpan } from '../../format/time.ts'
import { Mark, UpdateMark, useReason } from '../../parts/mark.tsx'
import { Money, Version } from '../../parts/values.tsx'
import { useWords } from '../../words/language.ts'

export type Till = Device | DeviceWhole
interface CellProps {
  readonly till: Till
}

/** An answer older than this is told with its age: the till may be anything by now. */
const FRESH_SECONDS = 15 * 60

export function NoData() {
  const { t } = useWords()
  return <span className="tills-none">{t('tills.noData')}</span>
}

/** «12 мин назад» for tooltips; undefined: it never answered. */
export function useReadAgo({ status }: Till): string | undefined {
  const { language } = useWords()
  if (status?.readAt == null) return undefined
  return formatSpan(language, (serverNow() - Date.parse(status.readAt)) / 1000)
}

export function StateCell({ till }: CellProps) {
  const { t } = useWords()
  const span = useReadAgo(till)
  const reason = useReason(till.status?.reason)?.label ?? ''
  if (till.host === null)
    return <Mark tone="off" glyph="off" label={t('tills.offline')} hint={t('tills.notConnected')} />
  if (till.status === null)
    return <Mark tone="off" glyph="question" label={t('tills.noData')} hint={t('tills.neverAsked')} />
  if (till.status.reach === 'silent') {
    const hint =
      span === undefined ? t('tills.silentEver', { reason }) : t('tills.silentSince', { reason, span })
    return <Mark tone="bad" glyph="off" label={t('tills.offline')} hint={hint} />
  }
  const isFresh = (till.status.ageSeconds ?? Number.POSITIVE_INFINITY) < FRESH_SECONDS
  const hint = t('tills.answeredAgo', { span: span ?? '' })
  return (
    <>
      <Mark
        tone={isFresh ? 'good' : 'calm'}
        glyph={isFresh ? 'check' : 'clock'}
        label={t('tills.online')}
        hint={hint}
      />
      {isFresh || span === undefined ? null : <span className="tills-age">{t('common.ago', { span })}</span>}
    </>
  )
}

/** Its state, and beside it the update that has it. */
export function StateWithUpdate({ till }: CellProps) {
  return (
    <span className="tills-state">
      <StateCell till={till} />
      {till.update === null ? null : <UpdateMark state={till.update.state} />}
    </span>
  )
}

/** What it said is as old as its last answer. */
function Said({ till, children }: CellProps & { readonly children: ReactNode }) {
  const { t } = useWords()
  const span = useReadAgo(till)
  return <span title={span === undefined ? undefined : t('tills.readHint', { span })}>{children}</span>
}

export function VersionCell({ till }: CellProps) {
  const version = till.status?.version
  return version == null ? <NoData /> : <Version digits={version} />
}

export function ShiftCell({ till }: CellProps) {
  const { t, language } = useWords()
  const { shiftOpen = null, shiftNumber = null, shiftOpenedAt = null } = till.status ?? {}
  if (shiftOpen === null) return <NoData />
  if (!shiftOpen) return null
  const at = shiftOpenedAt === null ? Number.NaN : Date.parse(shiftOpenedAt)
  const time = Number.isNaN(at) ? shiftOpenedAt : formatMoment(language, new Date(at), till.timeZone)
  const words =
    shiftNumber === null ? t('tills.shiftOpenUnnumbered') : t('tills.shiftOpen', { number: shiftNumber })
  return <span title={time === null ? undefined : t('tills.shiftSince', { time })}>{words}</span>
}

export function SumCell({ till }: CellProps) {
  const sum = till.status?.sum
  if (sum == null) return <NoData />
  return (
    <Said till={till}>
      <Money hundredths={sum} />
    </Said>
  )
}

export function CashierCell({ till }: CellProps) {
  const { t } = useWords()
  const cashier = till.status?.cashier
  if (cashier == null) return <NoData />
  const name = cashier.kind === 'selfCheckout' ? (cashier.name ?? t('tills.selfCheckout')) : cashier.name
  return (
    <Said till={till}>{cashier.kind === 'none' ? t('tills.noCashier') : (name ?? t('tills.noData'))}</Said>
  )
}

export function SwitchCell({ till }: CellProps) {
  const { t } = useWords()
  const isOn = till.status?.autoUpdate
  if (isOn == null) return <NoData />
  return <Said till={till}>{t(isOn ? 'common.on' : 'common.off')}</Said>
}

export const percentOf = (received: number, size: number): number =>
  size === 0 ? 0 : Math.min(100, Math.floor((100 * received) / size))

export function DownloadCell({ till }: CellProps) {
  const { t, language } = useWords()
  const { fetch, status } = till
  const failure = useReason(status?.download?.reason)?.label
  if (fetch !== null) {
    const { received, size, version } = fetch
    const bytes = { received: formatBytes(language, received), size: formatBytes(language, size) }
    const hint = t('tills.downloadingHint', { version, ...bytes })
    const label =
      fetch.state === 'waiting'
        ? t('tills.downloadWaiting')
        : t('tills.downloadRunning', { percent: percentOf(received, size) })
    return (
      <Mark
        tone={fetch.state === 'waiting' ? 'calm' : 'busy'}
        glyph={fetch.state === 'waiting' ? 'clock' : 'play'}
        label={label}
        hint={hint}
      />
    )
  }
  const said = status?.download
  if (said == null) return status?.readAt == null ? <NoData /> : <span>{t('tills.downloadNone')}</span>
  if (said.state === 'failed')
    return <Mark tone="warn" glyph="cross" label={t('tills.downloadFailed')} hint={failure} />
  const hint =
    said.state === 'done' && said.version !== null
      ? t('tills.downloadedHint', { version: said.version })
      : undefined
  return <span title={hint}>{t('tills.downloadNone')}</span>
}
