/** This till in every rollout: how it ended, and, opened, how it came to that. */
import { Anchor, UnstyledButton } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { displayVersion } from '../../../../src/rollout/versions.ts'
import { useAnswer, useList } from '../../api/hooks.ts'
import type { DeviceUpdate, DeviceUpdateWhole, DeviceWhole, RolloutWhole } from '../../api/types.ts'
import { ReasonText, UpdateMark, useReason } from '../../parts/mark.tsx'
import { Answered, EmptyNotice, LoadingNotice, ProblemNotice } from '../../parts/notices.tsx'
import { Moment } from '../../parts/values.tsx'
import { useParams, useSetParams } from '../../route-params.ts'
import { useWords } from '../../words/language.ts'
import { LogText } from './log-text.tsx'
import { UpdateTimeline } from './update-timeline.tsx'

export function UpdatesTab({ device }: { readonly device: DeviceWhole }) {
  const { t } = useWords()
  const { update } = useParams()
  const list = useList<DeviceUpdate>(
    `/devices/${encodeURIComponent(device.cashId)}/updates`,
    { limit: 50 },
    { topics: [`devices:${device.cashId}`] },
  )
  if (list.error !== null && list.rows.length === 0)
    return <ProblemNotice error={list.error} onAgain={list.again} />
  if (list.isLoading) return <LoadingNotice />
  if (list.rows.length === 0) return <EmptyNotice title={t('terminal.updates.empty')} />
  return (
    <div className="terminal-scroll">
      <ul className="terminal-updates">
        {list.rows.map((one) => (
          <OneUpdate key={one.id} row={one} device={device} isOpen={one.id === update} />
        ))}
      </ul>
    </div>
  )
}

interface OneUpdateProps {
  readonly row: DeviceUpdate
  readonly device: DeviceWhole
  readonly isOpen: boolean
}
function OneUpdate({ row, device, isOpen }: OneUpdateProps) {
  const { t } = useWords()
  const set = useSetParams()
  const shown = (version: DeviceUpdate['to']) =>
    version === null ? t('terminal.noData') : displayVersion(Number(version.full))
  const toggle = () => set({ tillTab: 'updates', update: isOpen ? undefined : row.id }, { replace: true })
  return (
    <li className="terminal-update" data-open={isOpen || undefined}>
      <UnstyledButton className="terminal-update-head" aria-expanded={isOpen} onClick={toggle}>
        <span className="terminal-update-arrow" aria-hidden="true">
          {isOpen ? '▾' : '▸'}
        </span>
        <b className="number" title={`${row.from?.full ?? ''} → ${row.to?.full ?? ''}`}>
          {t('terminal.updates.fromTo', { from: shown(row.from), to: shown(row.to) })}
        </b>
        <UpdateMark state={row.state} />
        <ReasonText code={row.reason} />
        <span className="terminal-update-at">
          <Moment at={row.finishedAt ?? row.updatedAt} zone={device.timeZone} />
        </span>
      </UnstyledButton>
      {isOpen ? <OpenUpdate id={row.id} zone={device.timeZone} /> : null}
    </li>
  )
}

function OpenUpdate({ id, zone }: { readonly id: string; readonly zone: string }) {
  const { t } = useWords()
  const whole = useAnswer<DeviceUpdateWhole>(
    `/updates/${encodeURIComponent(id)}`,
    {},
    { topics: ['rollouts', 'devices'] },
  )
  return (
    <div className="terminal-update-body">
      <Answered answer={whole}>
        {(update) => (
          <>
            <UpdateFacts update={update} zone={zone} />
            <UpdateTimeline attempts={update.attempts} zone={zone} />
            <LogText title={t('terminal.updates.log')} events={update.events} />
          </>
        )}
      </Answered>
    </div>
  )
}

function UpdateFacts({ update, zone }: { readonly update: DeviceUpdateWhole; readonly zone: string }) {
  const { t } = useWords()
  const rollout = useAnswer<RolloutWhole>(
    `/rollouts/${encodeURIComponent(update.rolloutId)}`,
    {},
    { topics: [] },
  )
  const waits = useReason(update.finishedAt === null ? update.waitsFor : null)
  return (
    <p className="terminal-facts">
      <span>
        {t('terminal.updates.rollout')}{' '}
        <Anchor component={Link} to={`/rollouts/${update.rolloutId}` as string} size="sm">
          {rollout.data?.name ?? update.rolloutId.slice(0, 8)}
        </Anchor>
      </span>
      <span>{t('terminal.updates.wave', { wave: update.wave })}</span>
      <span>
        {t('terminal.updates.began')} <Moment at={update.createdAt} zone={zone} />
      </span>
      {update.finishedAt === null ? null : (
        <span>
          {t('terminal.updates.ended')} <Moment at={update.finishedAt} zone={zone} />
        </span>
      )}
      {waits === undefined ? null : (
        <span title={waits.advice}>{t('terminal.updates.waits', { what: waits.label })}</span>
      )}
    </p>
  )
}
