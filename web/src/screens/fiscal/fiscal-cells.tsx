/** The cells of one fiscal device: what it said, and how old that is by now. */
import type { ReactNode } from 'react'
import { type FiscalPart, fiscalSignOf } from '../../../../src/rollout/fiscal-signs.ts'
import type { FiscalDevice } from '../../api/types.ts'
import { serverNow } from '../../format/now.ts'
import { formatDay, formatSpan } from '../../format/time.ts'
import { useReason } from '../../parts/mark.tsx'
import { Moment } from '../../parts/values.tsx'
import { useWords } from '../../words/language.ts'
import { LevelMark, SignMark } from './signs.tsx'

interface CellProps {
  readonly device: FiscalDevice
  readonly zone: string
}

const signOf = ({ signs }: FiscalDevice, part: FiscalPart) => fiscalSignOf(signs, part)

function Unknown() {
  const { t } = useWords()
  return <span className="fiscal-none">{t('fiscal.noData')}</span>
}

/** A time that the device wrote; where it cannot be read, its own text. */
function SaidTime({ at, zone }: { readonly at: string | null | undefined; readonly zone: string }) {
  if (at == null) return <Unknown />
  return Number.isNaN(Date.parse(at)) ? <span>{at}</span> : <Moment at={at} zone={zone} />
}

const Under = ({ children, title }: { readonly children: ReactNode; readonly title?: string }) => (
  <span className="fiscal-under" title={title}>
    {children}
  </span>
)

export function TillCell({ device }: CellProps) {
  const { t, language } = useWords()
  const silent = useReason(device.reason)
  const { readAt, inReserve } = device
  const span = readAt === null ? undefined : formatSpan(language, (serverNow() - Date.parse(readAt)) / 1000)
  return (
    <>
      <span className="fiscal-name">{device.name}</span>
      <Under title={silent?.label ?? ''}>
        {device.number === 0 ? device.cashId : t('fiscal.numbered', { number: device.number })}
        {' · '}
        {span === undefined ? t('fiscal.neverRead') : t('fiscal.readAgo', { span })}
        {silent === undefined ? null : ` · ${t('fiscal.silent')}`}
        {inReserve ? ` · ${t('fiscal.inReserve')}` : null}
      </Under>
    </>
  )
}

export function NumberCell({ device }: CellProps) {
  const number = device.fiscal?.fnNumber
  return number == null ? <Unknown /> : <span className="number">{number}</span>
}

export function DriveCell({ device }: CellProps) {
  return <SignMark sign={signOf(device, 'drive')} />
}

/** The verdict, and below it what waits longest: its number, its date, how many wait. */
export function OfdCell({ device, zone }: CellProps) {
  const { t, language } = useWords()
  const queue = device.fiscal?.ofdQueue
  const sign = <SignMark sign={signOf(device, 'ofd')} />
  if (queue == null || queue.length === 0) return sign
  const { length, firstNumber, firstAt } = queue
  const at = firstAt === null ? Number.NaN : Date.parse(firstAt)
  const span = Number.isNaN(at) ? undefined : formatSpan(language, (serverNow() - at) / 1000)
  return (
    <>
      {sign}
      <Under title={t('fiscal.firstNumber', { number: firstNumber ?? t('common.unknown') })}>
        {firstNumber === null ? null : `${t('fiscal.numbered', { number: firstNumber })} · `}
        <SaidTime at={firstAt} zone={zone} />
      </Under>
      <Under>
        {length === null ? null : t('fiscal.waiting', { count: length })}
        {span === undefined ? null : ` · ${t('fiscal.waitingFor', { span })}`}
      </Under>
    </>
  )
}

export function ClosingCell({ device, zone }: CellProps) {
  const { t } = useWords()
  const closing = device.fiscal?.lastClosing
  if (closing == null) return <Unknown />
  return (
    <>
      <SaidTime at={closing.at} zone={zone} />
      {closing.number === null ? null : (
        <Under title={t('fiscal.closingNumber', { number: closing.number })}>
          {t('fiscal.numbered', { number: closing.number })}
        </Under>
      )}
    </>
  )
}

export function ValidCell({ device }: CellProps) {
  const { t, language } = useWords()
  const sign = signOf(device, 'validity')
  const until = device.fiscal?.validUntil
  if (until == null || sign === undefined) return <Unknown />
  const { days } = sign.params
  if (days === undefined) return <span>{until}</span>
  const left = days < 0 ? t('fiscal.daysOver', { count: -days }) : t('fiscal.daysLeft', { count: days })
  return (
    <>
      <span className="number">{formatDay(language, until)}</span>
      <span className="fiscal-under">
        {sign.level === 'ok' ? left : <LevelMark level={sign.level} label={left} />}
      </span>
    </>
  )
}

export function FfdCell({ device }: CellProps) {
  const ffd = device.fiscal?.ffd
  return ffd == null ? <Unknown /> : <span className="number">{ffd}</span>
}
