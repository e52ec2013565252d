import { Button, Group, NativeSelect } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { apiAddress, post } from '../../api/client.ts'
import { useAnswer, useChange, useList } from '../../api/hooks.ts'
import type { Counts, KeptReport, Rollout } from '../../api/types.ts'
import { ActButton } from '../../parts/act-button.tsx'
import { Glyph } from '../../parts/glyph.tsx'
import { ProblemNotice } from '../../parts/notices.tsx'
import { useParams, useSetParams } from '../../route-params.ts'
import { useWords } from '../../words/language.ts'

const MOST_ROLLOUTS = 50

/** Of which rollout, and of which stores. */
export function ReportChoosers() {
  const { t } = useWords()
  const { rollout, zone } = useParams()
  const set = useSetParams()
  const rollouts = useList<Rollout>(
    '/rollouts',
    { filter: 'state:scheduled,running,paused,stopping,finished,cancelled', limit: MOST_ROLLOUTS },
    { topics: ['rollouts'] },
  )
  const zones = useAnswer<Counts>('/devices/counts', { by: 'zone' })
  return (
    <Group gap="xs">
      <NativeSelect
        size="xs"
        aria-label={t('report.rollout')}
        className="report-rollout"
        value={rollout ?? ''}
        onChange={(event) => set({ rollout: event.currentTarget.value }, { replace: true })}
        data={[
          { value: '', label: t('report.rolloutAny') },
          ...rollouts.rows.map(({ id, name, package: { display } }) => ({
            value: id,
            label: `${name} · ${display}`,
          })),
        ]}
      />
      <NativeSelect
        size="xs"
        aria-label={t('report.zone')}
        value={zone ?? ''}
        onChange={(event) => set({ zone: event.currentTarget.value }, { replace: true })}
        data={[
          { value: '', label: t('report.zoneAny') },
          ...(zones.data?.counts ?? []).map(({ key }) => ({ value: String(key), label: String(key) })),
        ]}
      />
    </Group>
  )
}

export function PrintButton() {
  const { t } = useWords()
  return (
    <Button size="compact-sm" variant="default" onClick={() => window.print()}>
      {t('report.print')}
    </Button>
  )
}

export function CsvLink({ path, params = {} }: { readonly path: string; readonly params?: object }) {
  const { t, language } = useWords()
  const href = apiAddress(path, { ...params, format: 'csv', language })
  return (
    <Button
      size="compact-sm"
      variant="default"
      component="a"
      href={href}
      download
      title={t('report.csvHint')}
    >
      {t('report.csv')}
    </Button>
  )
}

interface ReportActionsProps {
  readonly kind: 'morning' | 'evening'
  readonly isThere: boolean
  readonly onAgain: () => void
}
export function ReportActions({ kind, isThere, onAgain }: ReportActionsProps) {
  const { t } = useWords()
  const { rollout, zone } = useParams()
  const keep = useChange(() => post<KeptReport>('/reports', { kind, rollout, zone }), ['reports'])
  return (
    <>
      <Group gap="xs">
        <Button size="compact-sm" variant="default" onClick={onAgain}>
          {t('report.refresh')}
        </Button>
        {isThere ? (
          <>
            <CsvLink path={`/reports/${kind}`} params={{ rollout, zone }} />
            <ActButton
              permission="reports.make"
              loading={keep.isPending}
              onClick={() => keep.mutate(undefined)}
            >
              {t('report.keep')}
            </ActButton>
            <PrintButton />
          </>
        ) : null}
      </Group>
      {keep.error === null ? null : <ProblemNotice error={keep.error} />}
      {keep.data === undefined ? null : (
        <p className="report-kept" role="status">
          <Glyph name="check" /> {t('report.keptNow')}{' '}
          <Link to={`/reports/${keep.data.id}` as string}>{t('report.openKept')}</Link>
        </p>
      )}
    </>
  )
}
