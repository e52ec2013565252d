/** Freezes: times in which nothing is installed. */
import { Group } from '@mantine/core'
import { useState } from 'react'
import { post } from '../../api/client.ts'
import { useChange, useList } from '../../api/hooks.ts'
import type { Freeze } from '../../api/types.ts'
import { formatMoment, viewerZone } from '../../format/time.ts'
import { ActButton } from '../../parts/act-button.tsx'
import { Confirm } from '../../parts/confirm.tsx'
import { FilterBox } from '../../parts/filter-box.tsx'
import { type Column, ListTable } from '../../parts/list-table.tsx'
import { Mark } from '../../parts/mark.tsx'
import { EmptyNotice } from '../../parts/notices.tsx'
import { useParams, useSetParams } from '../../route-params.ts'
import { useWords } from '../../words/language.ts'
import { clockOf, localTime } from './days.ts'
import { FreezeDialog } from './freeze-dialog.tsx'

/** A freeze is local everywhere: that it holds is told by the viewer's clock, which is hours off at the most. */
function FreezeState({ freeze }: { readonly freeze: Freeze }) {
  const { t, language } = useWords()
  const { liftedAt, liftedBy, from, to } = freeze
  if (liftedAt !== null) {
    const when = formatMoment(language, new Date(liftedAt), viewerZone())
    const hint = t('schedule.freeze.liftedBy', { name: liftedBy ?? '', when })
    return <Mark tone="off" glyph="dash" label={t('schedule.freeze.lifted')} hint={hint} />
  }
  const { date, minutes } = localTime(Date.now(), viewerZone())
  const now = `${date}T${clockOf(minutes)}`
  if (now < from) return <Mark tone="calm" glyph="clock" label={t('schedule.freeze.ahead')} />
  if (now >= to) return <Mark tone="off" glyph="check" label={t('schedule.freeze.over')} />
  return <Mark tone="warn" glyph="lock" label={t('schedule.freeze.holds')} />
}

function useScopeText(): (scope: Freeze['scope']) => string {
  const { t } = useWords()
  return ({ kind, name = '' }) => {
    if (kind === 'chain') return t('schedule.freeze.chain')
    return t(kind === 'group' ? 'schedule.freeze.groupOf' : 'schedule.freeze.storeOf', { name })
  }
}

/** `31.12.2026 22:00` of `2026-12-31T22:00`: a local time of no zone. */
function useLocalText(): (local: string) => string {
  const { language } = useWords()
  return (local) => formatMoment(language, new Date(`${local.slice(0, 16)}:00Z`), 'UTC').slice(0, 16)
}

function useColumns(onLift: (freeze: Freeze) => void): readonly Column<Freeze>[] {
  const { t } = useWords()
  const scopeText = useScopeText()
  const localText = useLocalText()
  return [
    {
      id: 'name',
      title: t('schedule.freeze.name'),
      width: 'minmax(160px, 2fr)',
      sort: 'name',
      cell: (one) => <span title={one.name}>{one.name}</span>,
    },
    {
      id: 'scope',
      title: t('schedule.freeze.scope'),
      width: 'minmax(130px, 1.2fr)',
      cell: (one) => scopeText(one.scope),
    },
    {
      id: 'from',
      title: t('schedule.freeze.from'),
      width: '190px',
      sort: 'from',
      cell: (one) => <time dateTime={one.from}>{localText(one.from)}</time>,
    },
    {
      id: 'to',
      title: t('schedule.freeze.to'),
      width: '190px',
      sort: 'to',
      cell: (one) => <time dateTime={one.to}>{localText(one.to)}</time>,
    },
    {
      id: 'state',
      title: t('schedule.freeze.state'),
      width: '130px',
      cell: (one) => <FreezeState freeze={one} />,
    },
    { id: 'by', title: t('schedule.freeze.by'), width: 'minmax(100px, 1fr)', cell: (one) => one.createdBy },
    {
      id: 'lift',
      title: t('schedule.acts'),
      width: '150px',
      align: 'end',
      cell: (one) =>
        one.liftedAt === null ? (
          <ActButton
            permission="freezes.write"
            size="compact-xs"
            label={t('schedule.freeze.liftNamed', { name: one.name })}
            onClick={() => onLift(one)}
          >
            {t('schedule.freeze.lift')}
          </ActButton>
        ) : null,
    },
  ]
}

export function FreezesTab() {
  const { t } = useWords()
  const { filter, sort, kind } = useParams()
  const set = useSetParams()
  const [lifting, lift] = useState<Freeze>()
  const freezes = useList<Freeze>('/freezes', { filter, sort, limit: 200 }, { topics: ['freezes'] })
  const columns = useColumns(lift)
  const change = useChange(({ id }: Freeze) => post(`/freezes/${id}/lift`), ['freezes'])
  return (
    <>
      <Group justify="space-between" className="schedule-bar">
        <FilterBox />
        <ActButton
          permission="freezes.write"
          variant="filled"
          onClick={() => set({ kind: 'freeze' }, { replace: true })}
        >
          {t('schedule.freeze.add')}
        </ActButton>
      </Group>
      <ListTable
        label={t('schedule.freeze.list')}
        list={freezes}
        columns={columns}
        keyOf={(one) => one.id}
        nameOf={(one) => one.name}
        empty={<EmptyNotice title={t('schedule.freeze.empty')} hint={t('schedule.freeze.emptyHint')} />}
      />
      {kind === 'freeze' ? (
        <FreezeDialog onClose={() => set({ kind: undefined }, { replace: true })} />
      ) : null}
      <Confirm
        isOpen={lifting !== undefined}
        title={t('schedule.freeze.lift')}
        yes={t('schedule.freeze.lift')}
        isDangerous
        isBusy={change.isPending}
        error={change.error}
        onYes={() => lifting !== undefined && change.mutate(lifting, { onSuccess: () => lift(undefined) })}
        onClose={() => lift(undefined)}
      >
        {t('schedule.freeze.liftConsequence', { name: lifting?.name ?? '' })}
      </Confirm>
    </>
  )
}
