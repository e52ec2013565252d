/** The list as a file: all of it, not only what was scrolled to. */
import { Button, Group, Text } from '@mantine/core'
import { get } from '../../api/client.ts'
import { useChange } from '../../api/hooks.ts'
import type { DeviceUpdate, Page, RolloutWhole } from '../../api/types.ts'
import { csvOf } from '../../format/csv.ts'
import { formatMoment } from '../../format/time.ts'
import { ProblemNotice } from '../../parts/notices.tsx'
import { saveText } from '../../parts/save-text.ts'
import { useWords } from '../../words/language.ts'

/** As many as the API gives at once. */
const AT_ONCE = 5000
const MOST = 100_000
const FAILED = 'bucket:failed,broken,rolledBack'

async function readAll(id: string, filter: string, sort: string | undefined): Promise<DeviceUpdate[]> {
  const rows: DeviceUpdate[] = []
  let cursor: string | null = null
  do {
    const params = { filter, sort, cursor, limit: AT_ONCE }
    const page: Page<DeviceUpdate> = await get(`/rollouts/${encodeURIComponent(id)}/updates`, params)
    rows.push(...page.items)
    cursor = page.next
  } while (cursor !== null && rows.length < MOST)
  return rows
}

function useCsv(rollout: RolloutWhole) {
  const { t, core, language } = useWords()
  const heads = [
    t('rollout.columns.store'),
    t('rollout.csvPhone'),
    t('rollout.csvZone'),
    t('rollout.columns.till'),
    t('rollout.columns.name'),
    t('rollout.columns.wave'),
    t('rollout.columns.state'),
    t('rollout.reason'),
    t('rollout.csvAdvice'),
    t('rollout.columns.attempts'),
    t('rollout.versions'),
    t('rollout.columns.updated'),
  ]
  const words = core.reasons as Readonly<Record<string, { label: string; advice: string } | undefined>>
  const line = (update: DeviceUpdate) => {
    const { store, device, wave, state, reason, attempts, from, to, updatedAt } = update
    const why = reason === null ? undefined : words[reason]
    return [
      store.code,
      store.phone,
      store.timeZone,
      device.cashId,
      device.name,
      wave,
      core.updateStates[state].label,
      why?.label ?? reason,
      why?.advice,
      attempts,
      `${from?.full ?? ''} > ${to?.full ?? ''}`,
      formatMoment(language, new Date(updatedAt), store.timeZone),
    ]
  }
  return (rows: readonly DeviceUpdate[], what: string): void => {
    const name = `rollout-${rollout.package.version}-${what}-${rollout.id.slice(0, 8)}.csv`
    saveText(csvOf(language, [heads, ...rows.map(line)]), name, 'text/csv;charset=utf-8')
  }
}

interface ExportProps {
  readonly rollout: RolloutWhole
  readonly filter: string
  readonly sort: string | undefined
}
export function ExportButtons({ rollout, filter, sort }: ExportProps) {
  const { t } = useWords()
  const save = useCsv(rollout)
  const change = useChange(async ({ what, terms }: { what: string; terms: string }) => {
    const rows = await readAll(rollout.id, terms, sort)
    if (rows.length > 0) save(rows, what)
    return rows.length
  })
  const button = (what: string, terms: string, label: string) => (
    <Button
      size="compact-sm"
      variant="default"
      loading={change.isPending && change.variables.what === what}
      onClick={() => change.mutate({ what, terms })}
    >
      {label}
    </Button>
  )
  return (
    <Group gap="xs">
      {change.data === 0 ? (
        <Text size="sm" role="status">
          {t('rollout.exportEmpty')}
        </Text>
      ) : null}
      {change.error === null ? null : <ProblemNotice error={change.error} />}
      {button('failed', FAILED, t('rollout.exportFailed'))}
      {button('shown', filter, t('rollout.exportShown'))}
    </Group>
  )
}
