/** «Статус ККТ»: what the till said, and what that amounts to by now. */
import { Collapse } from '@mantine/core'
import { useState } from 'react'
import { timeOf } from '../../../../src/rollout/checks/precondition-facts.ts'
import {
  type FiscalFacts,
  type FiscalSign,
  fiscalSignOf,
  fiscalSigns,
} from '../../../../src/rollout/fiscal-signs.ts'
import type { DeviceWhole } from '../../api/types.ts'
import { serverNow } from '../../format/now.ts'
import { formatDay } from '../../format/time.ts'
import { ActButton } from '../../parts/act-button.tsx'
import type { GlyphName } from '../../parts/glyph.tsx'
import { Mark, type Tone } from '../../parts/mark.tsx'
import { Moment } from '../../parts/values.tsx'
import { useWords } from '../../words/language.ts'
import { useFlagsText } from '../fiscal/flags.ts'
import { NoData, useReadAgo } from '../tills/cells.tsx'
import { FiscalHistory } from './fiscal-history.tsx'
import { Reading } from './reading.tsx'
import { Row, Section } from './row.tsx'
import { saidOf } from './said.ts'

const looks: Readonly<Record<FiscalSign['level'], readonly [Tone, GlyphName]>> = {
  ok: ['good', 'check'],
  warn: ['warn', 'bang'],
  bad: ['bad', 'cross'],
  unknown: ['off', 'question'],
}
/** Older than this, a reading is told with its age even where the till answers. */
const FRESH_SECONDS = 15 * 60

const useSigns = (device: DeviceWhole, fiscal: FiscalFacts | null): readonly FiscalSign[] => {
  const readAt = device.status?.readAt
  return fiscalSigns(fiscal, readAt == null ? null : Date.parse(readAt), serverNow())
}

export function FiscalSection({ device }: { readonly device: DeviceWhole }) {
  const { t } = useWords()
  const [isOpen, setOpen] = useState(false)
  const fiscal = saidOf(device)?.fiscal ?? null
  const signs = useSigns(device, fiscal)
  return (
    <Section
      title={t('terminal.fiscal')}
      note={fiscal === null ? t('terminal.noFiscal') : <Reading device={device} />}
    >
      <dl className="terminal-rows">
        <Row label={t('terminal.fnNumber')}>{fiscal?.fnNumber ?? <NoData />}</Row>
        <Row label={t('terminal.fnState')}>
          <DriveState device={device} sign={fiscalSignOf(signs, 'drive')} />
        </Row>
        <Row label={t('terminal.ofd')}>
          <OfdState device={device} sign={fiscalSignOf(signs, 'ofd')} />
        </Row>
        <Queue fiscal={fiscal} zone={device.timeZone} />
        <Row label={t('terminal.closedAt')}>
          <SaidTime at={fiscal?.lastClosing?.at ?? null} zone={device.timeZone} />
        </Row>
        <Row label={t('terminal.closingNumber')}>{fiscal?.lastClosing?.number ?? <NoData />}</Row>
        <Row label={t('terminal.validUntil')}>
          <Validity until={fiscal?.validUntil ?? null} sign={fiscalSignOf(signs, 'validity')} />
        </Row>
        <Row label={t('terminal.ffd')}>{fiscal?.ffd ?? <NoData />}</Row>
      </dl>
      <ActButton permission="fleet.read" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        {t('terminal.history')}
      </ActButton>
      <Collapse expanded={isOpen}>{isOpen ? <FiscalHistory device={device} /> : null}</Collapse>
    </Section>
  )
}

/** A time as the till wrote it; one that cannot be read is shown as it stands. */
function SaidTime({ at, zone }: { readonly at: string | null; readonly zone: string }) {
  if (at === null) return <NoData />
  return timeOf(at) === undefined ? <span>{at}</span> : <Moment at={at} zone={zone} />
}

function Queue({ fiscal, zone }: { readonly fiscal: FiscalFacts | null; readonly zone: string }) {
  const { t } = useWords()
  const queue = fiscal?.ofdQueue ?? null
  const empty = queue?.length === 0 ? t('terminal.queueEmpty') : undefined
  return (
    <>
      <Row label={t('terminal.firstNumber')}>{empty ?? queue?.firstNumber ?? <NoData />}</Row>
      <Row label={t('terminal.firstAt')}>{empty ?? <SaidTime at={queue?.firstAt ?? null} zone={zone} />}</Row>
    </>
  )
}

interface StateProps {
  readonly device: DeviceWhole
  readonly sign: FiscalSign | undefined
}

/** «по данным 3 ч назад», where the till does not answer or has not been asked for a while. */
function AsOf({ device }: { readonly device: DeviceWhole }) {
  const { t } = useWords()
  const span = useReadAgo(device)
  const { status } = device
  const isFresh =
    status?.reach === 'answers' && (status.ageSeconds ?? Number.POSITIVE_INFINITY) < FRESH_SECONDS
  return isFresh || span === undefined ? null : (
    <span className="terminal-asof">{t('terminal.asOf', { span })}</span>
  )
}

function SignMark({ sign, label }: { readonly sign: FiscalSign; readonly label: string }) {
  const [tone, glyph] = looks[sign.level]
  return <Mark tone={tone} glyph={glyph} label={label} />
}

function DriveState({ device, sign }: StateProps) {
  const { t } = useWords()
  const flagsText = useFlagsText()
  if (sign === undefined) return <NoData />
  const words = {
    driveUnknown: t('terminal.sign.driveUnknown'),
    driveStops: t('terminal.sign.driveStops'),
    driveWarns: t('terminal.sign.driveWarns'),
    driveWasInOrder: t('terminal.sign.driveWasInOrder'),
    driveInOrder: t('terminal.sign.driveInOrder'),
  }
  const { flags = [] } = sign.params
  return (
    <span className="terminal-sign">
      <SignMark sign={sign} label={words[sign.code as keyof typeof words] ?? sign.code} />
      {flags.length === 0 ? null : <span>{t('terminal.sign.flags', { flags: flagsText(flags) })}</span>}
      {sign.code === 'driveUnknown' ? null : <AsOf device={device} />}
    </span>
  )
}

/** The OFD is waited for so long; then the drive signs nothing more. */
const STOP_DAYS = 30

function OfdState({ device, sign }: StateProps) {
  const { t } = useWords()
  if (sign === undefined) return <NoData />
  const { days = 0 } = sign.params
  const lag = days === 1 ? t('terminal.sign.ofdDay') : t('terminal.sign.ofdDays', { count: days })
  const words = {
    ofdUnknown: t('terminal.sign.ofdUnknown'),
    ofdUndated: t('terminal.sign.ofdUndated'),
    ofdEmpty: t('terminal.sign.ofdEmpty'),
    ofdWasEmpty: t('terminal.sign.ofdWasEmpty'),
    ofdWaits: t('terminal.sign.ofdWaits'),
    ofdLags: lag,
    ofdOld: lag,
    ofdStopped: lag,
  }
  return (
    <span className="terminal-sign">
      <SignMark sign={sign} label={words[sign.code as keyof typeof words] ?? sign.code} />
      {sign.code === 'ofdOld' ? <b>{t('terminal.sign.ofdOld', { count: STOP_DAYS - days })}</b> : null}
      {sign.code === 'ofdStopped' ? <b>{t('terminal.sign.ofdStopped')}</b> : null}
      {sign.code === 'ofdUnknown' ? null : <AsOf device={device} />}
    </span>
  )
}

function Validity({ until, sign }: { readonly until: string | null; readonly sign: FiscalSign | undefined }) {
  const { t, language } = useWords()
  if (until === null) return <NoData />
  const { days } = sign?.params ?? {}
  const date = timeOf(until) === undefined ? until : formatDay(language, until)
  const left =
    days === undefined
      ? ''
      : days < 0
        ? t('terminal.sign.validityOver')
        : t('terminal.sign.validityLeft', { count: days })
  if (sign === undefined || sign.level === 'ok' || sign.level === 'unknown')
    return (
      <span>
        {date} <span className="terminal-asof">{left}</span>
      </span>
    )
  return (
    <span className="terminal-sign">
      <span>{date}</span>
      <SignMark sign={sign} label={left} />
    </span>
  )
}
