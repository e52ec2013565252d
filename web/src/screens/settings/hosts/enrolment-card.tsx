/** One host: what it shows beside what is pinned, and what a person says to it. */
import { Checkbox, Group, Text } from '@mantine/core'
import { useState } from 'react'
import type { Enrolment } from '../../../api/types.ts'
import { ActButton } from '../../../parts/act-button.tsx'
import type { GlyphName } from '../../../parts/glyph.tsx'
import { Mark, ReasonText, type Tone } from '../../../parts/mark.tsx'
import { Ago, Moment } from '../../../parts/values.tsx'
import { useWords } from '../../../words/language.ts'
import { CopyField } from '../copy-field.tsx'
import { ConfirmKeys } from './confirm-keys.tsx'
import { Fingerprint } from './fingerprint.tsx'
import { HostName, useHostName } from './host-name.tsx'
import { RefuseKeys } from './refuse-keys.tsx'
import type { Compared } from './use-compared.ts'

const verdicts: Readonly<Record<string, readonly [Tone, GlyphName]>> = {
  new: ['calm', 'question'],
  same: ['good', 'check'],
  more: ['warn', 'question'],
  changed: ['dead', 'bang'],
}
const states: Readonly<Record<string, readonly [Tone, GlyphName]>> = {
  waiting: ['calm', 'clock'],
  running: ['busy', 'play'],
  shown: ['warn', 'question'],
  confirmed: ['good', 'check'],
  refused: ['off', 'stop'],
  failed: ['bad', 'cross'],
  expired: ['off', 'dash'],
}
const OTHER: readonly [Tone, GlyphName] = ['off', 'dash']

interface EnrolmentCardProps {
  readonly row: Enrolment
  readonly compared: Compared
}
export function EnrolmentCard({ row, compared }: EnrolmentCardProps) {
  const { t } = useWords()
  const isOpen = row.state === 'shown'
  const isChanged = isOpen && row.verdict === 'changed'
  const [tone, glyph] = states[row.state] ?? OTHER
  return (
    <article
      className="settings-host"
      data-tone={isChanged ? 'dead' : undefined}
      data-host={row.cashId ?? row.store}
      data-state={row.state}
    >
      <Group justify="space-between" gap="xs">
        <Group gap="sm">
          <HostName {...row} />
          {isOpen && row.verdict !== null ? (
            <Verdict verdict={row.verdict} />
          ) : (
            <Mark
              tone={tone}
              glyph={glyph}
              label={t(`settings.enrol.states.${row.state}`, { defaultValue: row.state })}
            />
          )}
          {row.kind === 'hostKeys' ? null : (
            <Text size="sm" c="dimmed">
              {t(`settings.enrol.kinds.${row.kind}`, { defaultValue: row.kind })}
            </Text>
          )}
        </Group>
        <Text size="xs" c="dimmed">
          {t('settings.enrol.askedBy', { name: row.requestedBy })} · <Ago at={row.createdAt} />
        </Text>
      </Group>
      <Waits row={row} />
      {isChanged ? <FormerKeys row={row} /> : null}
      <ShownKeys row={row} compared={compared} />
      {row.line === null ? null : (
        <CopyField
          label={t('settings.enrol.line')}
          description={t('settings.enrol.lineHint')}
          value={row.line}
        />
      )}
      {row.decidedBy === null ? null : (
        <Text size="xs" c="dimmed">
          {t('settings.enrol.decidedBy', { name: row.decidedBy })} · <Moment at={row.finishedAt} />
        </Text>
      )}
      <CardActions row={row} compared={compared} />
    </article>
  )
}

function Verdict({ verdict }: { readonly verdict: string }) {
  const { t } = useWords()
  const [tone, glyph] = verdicts[verdict] ?? OTHER
  return (
    <Mark
      tone={tone}
      glyph={glyph}
      label={t(`settings.enrol.verdicts.${verdict}`, { defaultValue: verdict })}
      hint={t(`settings.enrol.verdictHints.${verdict}`, { defaultValue: '' })}
    />
  )
}

function Waits({ row }: { readonly row: Enrolment }) {
  const { t } = useWords()
  const { state, waitsForStore, reason, attempts, notAfter } = row
  if (state === 'confirmed' || (state === 'refused' && reason === null)) return null
  const isOpen = state === 'waiting' || state === 'running'
  if (!isOpen && reason === null) return null
  return (
    <Group gap="md" className="settings-waits">
      {waitsForStore ? <span>{t('settings.enrol.waitsForStore')}</span> : null}
      <ReasonText code={reason} />
      {attempts === 0 || !isOpen ? null : <span>{t('settings.enrol.attempts', { count: attempts })}</span>}
      {isOpen ? (
        <span className="settings-quiet">
          {t('settings.enrol.until')} <Moment at={notAfter} />
        </span>
      ) : null}
    </Group>
  )
}

function FormerKeys({ row }: { readonly row: Enrolment }) {
  const { t } = useWords()
  return (
    <dl className="settings-keys">
      <dt>{t('settings.alarm.pinned')}</dt>
      {row.pinned.map(({ type, fingerprint }) => (
        <dd key={fingerprint}>
          <Fingerprint value={fingerprint} /> <span className="settings-quiet">{type}</span>
        </dd>
      ))}
    </dl>
  )
}

const titleOf = ({ verdict, state }: Enrolment) =>
  state === 'shown' && verdict === 'changed' ? 'shownNow' : 'shown'

function ShownKeys({ row, compared }: EnrolmentCardProps) {
  const { t } = useWords()
  const name = useHostName()(row)
  const { id, found, allowed } = row
  if (found.length === 0) return null
  return (
    <dl className="settings-keys">
      <dt>{t(`settings.enrol.${titleOf(row)}`)}</dt>
      {found.map(({ type, bits, fingerprint, isPinned }) => (
        <dd key={fingerprint}>
          {allowed.includes('confirm') ? (
            <Checkbox
              size="xs"
              className="settings-compared"
              label={t('settings.enrol.compared')}
              aria-label={t('settings.enrol.comparedOf', { name, type })}
              checked={compared.has(id, fingerprint)}
              onChange={() => compared.toggle(id, fingerprint)}
            />
          ) : null}
          <Fingerprint value={fingerprint} />{' '}
          <span className="settings-quiet">{bits === null ? type : `${type} ${bits}`}</span>
          {isPinned ? <Mark tone="good" glyph="lock" label={t('settings.enrol.isPinned')} /> : null}
        </dd>
      ))}
    </dl>
  )
}

function CardActions({ row, compared }: EnrolmentCardProps) {
  const { t } = useWords()
  const [asking, setAsking] = useState<'confirm' | 'refuse'>()
  const { allowed } = row
  const confirmations = compared.of([row])
  if (allowed.length === 0) return null
  const close = () => setAsking(undefined)
  return (
    <Group gap="xs">
      {allowed.includes('confirm') ? (
        <ActButton
          permission="hosts.enrol"
          why={confirmations.length === 0 ? t('settings.enrol.compareFirst') : undefined}
          onClick={() => setAsking('confirm')}
        >
          {t('settings.enrol.confirm')}
        </ActButton>
      ) : null}
      {allowed.includes('refuse') ? (
        <ActButton permission="hosts.enrol" onClick={() => setAsking('refuse')}>
          {t(row.state === 'waiting' ? 'settings.enrol.giveUp' : 'settings.enrol.refuse')}
        </ActButton>
      ) : null}
      {asking === 'confirm' ? <ConfirmKeys confirmations={confirmations} onClose={close} /> : null}
      {asking === 'refuse' ? <RefuseKeys rows={[row]} onClose={close} /> : null}
    </Group>
  )
}
