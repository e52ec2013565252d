import type { DeviceUpdate } from '../../api/types.ts'
import { serverNow } from '../../format/now.ts'
import type { Column } from '../../parts/list-table.tsx'
import { UpdateMark, useReason } from '../../parts/mark.tsx'
import { Ago, Moment, Version } from '../../parts/values.tsx'
import { useWords } from '../../words/language.ts'

/** A clock says it better than a date. */
const SOON_MS = 20 * 3_600_000
const isSoon = (at: string): boolean => Date.parse(at) - serverNow() < SOON_MS

/** Its reason; else what it waits for. */
function Why({ update }: { readonly update: DeviceUpdate }) {
  const { t } = useWords()
  const { reason, waitsFor, carried, finishedAt } = update
  const known = useReason(reason)
  // That it runs its state says, and when it is tried again the next column.
  const isTold = waitsFor === reason || waitsFor === 'running' || (waitsFor === 'backoff' && reason !== null)
  const waits = useReason(finishedAt === null && !isTold ? waitsFor : null)
  if (carried && finishedAt === null && known === undefined) return <span>{t('rollout.carried')}</span>
  const waitLabel = waitsFor === 'storeLimit' ? t('rollout.waits.storeLimit') : waits?.label
  return (
    <span className="rollout-why" title={[known?.advice, waits?.advice].filter(Boolean).join('\n')}>
      {known === undefined ? null : <strong>{known.label}</strong>}
      {known !== undefined && waitLabel !== undefined ? ' · ' : null}
      {waitLabel}
    </span>
  )
}

function Next({ update }: { readonly update: DeviceUpdate }) {
  const { finishedAt, notBefore, waitsFor, waitsUntil, store } = update
  const { t } = useWords()
  if (finishedAt !== null) return null
  const at = waitsUntil ?? (waitsFor === 'backoff' ? notBefore : null)
  if (at === null || at === undefined) return null
  const word = waitsFor === 'backoff' ? 'nextAttempt' : 'nextWindow'
  return (
    <span>
      {t(`rollout.${word}`, { time: '' })}
      <Moment at={at} zone={store.timeZone} clock={isSoon(at)} />
    </span>
  )
}

export function useUpdateColumns(): readonly Column<DeviceUpdate>[] {
  const { t } = useWords()
  return [
    {
      id: 'till',
      title: t('rollout.columns.till'),
      sort: 'cashId',
      width: 'minmax(100px, 0.7fr)',
      cell: ({ device }) => <span className="number">{device.cashId}</span>,
    },
    {
      id: 'name',
      title: t('rollout.columns.name'),
      width: 'minmax(110px, 1.2fr)',
      cell: ({ device }) => <span title={device.name}>{device.name}</span>,
    },
    {
      id: 'store',
      title: t('rollout.columns.store'),
      sort: 'store',
      width: 'minmax(86px, 0.5fr)',
      cell: ({ store }) => (
        <span title={[store.name, store.phone].filter(Boolean).join('\n')}>{store.code}</span>
      ),
    },
    {
      id: 'wave',
      title: t('rollout.columns.wave'),
      sort: 'wave',
      width: '72px',
      align: 'end',
      cell: ({ wave }) => wave,
    },
    {
      id: 'state',
      title: t('rollout.columns.state'),
      sort: 'state',
      width: 'minmax(156px, 1fr)',
      cell: ({ state }) => <UpdateMark state={state} />,
    },
    {
      id: 'why',
      title: t('rollout.columns.why'),
      sort: 'reason',
      width: 'minmax(186px, 1.8fr)',
      cell: (update) => <Why update={update} />,
    },
    {
      id: 'attempts',
      title: t('rollout.columns.attempts'),
      sort: 'attempts',
      width: '94px',
      align: 'end',
      cell: ({ attempts }) => attempts,
    },
    {
      id: 'versions',
      title: t('rollout.columns.versions'),
      sort: 'from',
      width: 'minmax(146px, 0.5fr)',
      cell: ({ from, to }) => (
        <span>
          <Version digits={from?.full} />
          {' → '}
          <Version digits={to?.full} />
        </span>
      ),
    },
    {
      id: 'next',
      title: t('rollout.columns.next'),
      sort: 'notBefore',
      width: 'minmax(126px, 0.8fr)',
      cell: (update) => <Next update={update} />,
    },
    {
      id: 'updated',
      title: t('rollout.columns.updated'),
      sort: 'updatedAt',
      width: '104px',
      cell: ({ updatedAt, store }) => <Ago at={updatedAt} zone={store.timeZone} />,
    },
  ]
}
