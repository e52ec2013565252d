/** What hosts have shown, and what people make of it. */
import { Group, SegmentedControl, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import { useList } from '../../../api/hooks.ts'
import type { Enrolment } from '../../../api/types.ts'
import { ActButton } from '../../../parts/act-button.tsx'
import { FilterBox } from '../../../parts/filter-box.tsx'
import { ListFoot } from '../../../parts/list-foot.tsx'
import { OfOwnStores } from '../../../parts/none-of-yours.tsx'
import { EmptyNotice, LoadingNotice, ProblemNotice } from '../../../parts/notices.tsx'
import { useParam } from '../../../route-params.ts'
import { useWords } from '../../../words/language.ts'
import { BeginEnrolment } from './begin-enrolment.tsx'
import { CompareBar } from './compare-bar.tsx'
import { EnrolmentCard } from './enrolment-card.tsx'
import { FileConfirm } from './file-confirm.tsx'
import { PasteFingerprints } from './paste-fingerprints.tsx'
import { useCompared } from './use-compared.ts'

const views = ['shown', 'open', 'ended', 'all'] as const
type ViewName = (typeof views)[number]
const termOf: Readonly<Record<ViewName, string>> = {
  shown: 'state:shown',
  open: 'state:waiting,running',
  ended: 'state:confirmed,refused,failed,expired',
  all: '',
}
const PAGE = 50
/** The stream tells what was decided, not that a host has answered. */
const SOON_MS = 1500
const LATER_MS = 5000
const soonWhileAsked = (rows: unknown): number =>
  Array.isArray(rows) &&
  rows.some(
    ({ state, waitsForStore }: Enrolment) => state === 'running' || (state === 'waiting' && !waitsForStore),
  )
    ? SOON_MS
    : LATER_MS

export function Enrolments() {
  const { t } = useWords()
  const [filter] = useParam('filter')
  const [state, setState] = useParam('state')
  const [isBeginning, setBeginning] = useState(false)
  const view = views.find((one) => one === state) ?? 'shown'
  const compared = useCompared()
  const list = useList<Enrolment>(
    '/enrolments',
    { filter: `${filter ?? ''} ${termOf[view]}`.trim(), limit: PAGE },
    { topics: ['enrolments', 'hostKeys'], every: soonWhileAsked },
  )
  const loaded = list.rows.filter((one) => one.allowed.includes('confirm'))
  const [pasted, setPasted] = useState<readonly Enrolment[]>([])
  // Nobody who is not on the screen is among those that may be refused.
  const others = pasted.filter(
    ({ id, found }) =>
      list.rows.every((row) => row.id !== id) &&
      found.some(({ fingerprint }) => compared.has(id, fingerprint)),
  )
  const waiting = [...loaded, ...others]
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed">
        {t('settings.enrol.meaning')}
      </Text>
      <Group justify="space-between" gap="sm">
        <Group gap="sm">
          <SegmentedControl
            size="xs"
            aria-label={t('settings.enrol.which')}
            value={view}
            onChange={(next) => setState(next === 'shown' ? undefined : next)}
            data={views.map((one) => ({ value: one, label: t(`settings.enrol.views.${one}`) }))}
          />
          <FilterBox />
        </Group>
        <ActButton permission="hosts.enrol" variant="filled" onClick={() => setBeginning(true)}>
          {t('settings.enrol.begin')}
        </ActButton>
      </Group>
      <div className="settings-ways">
        <PasteFingerprints rows={loaded} compared={compared} onFound={setPasted} />
        <FileConfirm />
      </div>
      <CompareBar rows={waiting} compared={compared} />
      <EnrolmentRows list={list} compared={compared} />
      <ListFoot list={list} />
      {isBeginning ? <BeginEnrolment onClose={() => setBeginning(false)} /> : null}
    </Stack>
  )
}

/** A store server before its tills, which wait for it; else as the list has them. */
function serversFirst(rows: readonly Enrolment[]): Enrolment[] {
  const groups = new Map<string, Enrolment[]>()
  for (const row of rows) {
    const key = `${row.requestId} ${row.store}`
    groups.set(key, [...(groups.get(key) ?? []), row])
  }
  const isServer = ({ cashId }: Enrolment) => cashId === null
  return [...groups.values()].flatMap((some) => [
    ...some.filter(isServer),
    ...some.filter((row) => !isServer(row)),
  ])
}

interface EnrolmentRowsProps {
  readonly list: ReturnType<typeof useList<Enrolment>>
  readonly compared: ReturnType<typeof useCompared>
}
function EnrolmentRows({ list, compared }: EnrolmentRowsProps) {
  const { t } = useWords()
  const [filter] = useParam('filter')
  if (list.error !== null && list.rows.length === 0)
    return <ProblemNotice error={list.error} onAgain={list.again} />
  if (list.isLoading) return <LoadingNotice />
  if (list.rows.length === 0)
    return (
      <OfOwnStores>
        {filter === undefined ? (
          <EmptyNotice glyph="check" title={t('settings.enrol.none')} hint={t('settings.enrol.noneHint')} />
        ) : (
          <EmptyNotice title={t('common.nothingFound')} hint={t('common.nothingFoundHint')} />
        )}
      </OfOwnStores>
    )
  return (
    <ul className="settings-hosts" aria-label={t('settings.hosts.tabs.compare')} aria-busy={list.isOld}>
      {serversFirst(list.rows).map((row) => (
        <li key={row.id}>
          <EnrolmentCard row={row} compared={compared} />
        </li>
      ))}
    </ul>
  )
}
