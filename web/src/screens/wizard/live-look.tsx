/** Every planned device is asked now: who would be stopped tonight, why, and whom to ring. */
import { Group, Progress, Stack, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { EveningJson } from '../../../../src/report/json.ts'
import { get, post } from '../../api/client.ts'
import { useChange } from '../../api/hooks.ts'
import type { DryRun, DryRunLive } from '../../api/types.ts'
import { ActButton } from '../../parts/act-button.tsx'
import { ProblemNotice } from '../../parts/notices.tsx'
import { Moment } from '../../parts/values.tsx'
import { useParam } from '../../route-params.ts'
import { useWords } from '../../words/language.ts'
import type { PlanBody } from './draft.ts'
import { Stopped } from './stopped.tsx'

const AGAIN_MS = 1500

/** What the answer says of itself, besides the plan. */
export type LookedAt = DryRunLive & { readonly planHash: string; readonly tonight: EveningJson }

interface LiveLookProps {
  readonly body: PlanBody
  readonly planHash: string
}
export function LiveLook({ body, planHash }: LiveLookProps) {
  const { t } = useWords()
  const [preview, setPreview] = useParam('preview')
  const begin = useChange(() => post<DryRun>('/rollouts/dry-run', { ...body, live: true }))
  const start = () => begin.mutate(undefined, { onSuccess: ({ id }) => setPreview(id) })
  return (
    <section className="plan-part wizard-live" aria-label={t('wizard.live.title')}>
      <Group justify="space-between" align="start" wrap="nowrap">
        <Stack gap={2}>
          <Title order={3} size="h5">
            {t('wizard.live.title')}
          </Title>
          <Text size="xs" c="dimmed">
            {t('wizard.live.hint')}
          </Text>
        </Stack>
        <ActButton permission="rollouts.plan" loading={begin.isPending} onClick={start}>
          {preview === undefined ? t('wizard.live.start') : t('wizard.live.again')}
        </ActButton>
      </Group>
      {begin.error === null ? null : <ProblemNotice error={begin.error} />}
      {preview === undefined ? null : <Looks id={preview} planHash={planHash} />}
    </section>
  )
}

function Looks({ id, planHash }: { readonly id: string; readonly planHash: string }) {
  const { t } = useWords()
  const run = useQuery({
    queryKey: ['/dry-runs', id],
    queryFn: ({ signal }) => get<LookedAt>(`/dry-runs/${id}`, {}, signal),
    refetchInterval: (query) => (query.state.data?.looks.isOver === true ? false : AGAIN_MS),
  })
  if (run.error !== null) return <ProblemNotice error={run.error} />
  if (run.data === undefined) return null
  const { looks, createdAt, tonight } = run.data
  const { total, done = 0, isOver = false } = looks
  return (
    <Stack gap="sm">
      <Group gap="sm" role="status">
        <Text size="sm">
          {t(isOver ? 'wizard.live.over' : 'wizard.live.progress', { done, total })}{' '}
          {isOver ? <Moment at={createdAt} /> : null}
        </Text>
      </Group>
      {isOver ? null : (
        <Progress
          value={total === 0 ? 0 : (100 * done) / total}
          aria-label={t('wizard.live.progress', { done, total })}
        />
      )}
      {run.data.planHash === planHash ? null : <Text size="sm">{t('wizard.live.planDiffers')}</Text>}
      {isOver || done > 0 ? <Stopped tonight={tonight} isOver={isOver} /> : null}
    </Stack>
  )
}
