import { Button, Group, Loader, Stack, Text, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { displayVersion } from '../../../../src/rollout/versions.ts'
import { ask, post } from '../../api/client.ts'
import { useChange } from '../../api/hooks.ts'
import type { ApiProblem } from '../../api/problem.ts'
import type { DryRun, Package, RolloutPlanned } from '../../api/types.ts'
import { ActButton } from '../../parts/act-button.tsx'
import { ProblemNotice } from '../../parts/notices.tsx'
import { useSetParams } from '../../route-params.ts'
import { useWords } from '../../words/language.ts'
import { planBody, reviseBody } from './draft.ts'
import { KeptOfDraft } from './kept-notice.tsx'
import { LiveLook } from './live-look.tsx'
import { NewerDraft, newerOf, useKept } from './newer-draft.tsx'
import { PlanRefused } from './plan-refused.tsx'
import { PlanView } from './plan-view.tsx'
import type { StepProps } from './step-props.ts'
import { TwoPersonsNotice } from './two-persons.tsx'

/** A plan of a moment: asked for anew after this, or when anything was changed. */
const FRESH_MS = 60_000

interface PlanStepProps extends StepProps {
  readonly target: Package
}

export function PlanStep({ draft, change, target }: PlanStepProps) {
  const { t } = useWords()
  const body = planBody(draft, target.id)
  const plan = useQuery<DryRun, ApiProblem>({
    queryKey: ['/rollouts/dry-run', body],
    queryFn: ({ signal }) => ask<DryRun>('POST', '/rollouts/dry-run', { body, signal }),
    staleTime: FRESH_MS,
    placeholderData: undefined,
  })
  const usualName = t('wizard.plan.namePattern', { version: displayVersion(Number(target.version)) })
  return (
    <Stack gap="lg">
      <Group justify="space-between" align="end">
        <TextInput
          className="wizard-name"
          label={t('wizard.plan.name')}
          placeholder={usualName}
          value={draft.name}
          maxLength={200}
          onChange={(event) => change({ name: event.currentTarget.value })}
        />
        <Button size="sm" variant="default" loading={plan.isFetching} onClick={() => void plan.refetch()}>
          {t('wizard.plan.again')}
        </Button>
      </Group>
      {plan.data !== undefined ? (
        <>
          <Text size="sm" c="dimmed">
            {t('wizard.plan.hint')}
          </Text>
          <PlanView plan={plan.data} />
          <LiveLook body={body} planHash={plan.data.planHash} />
          <Keep draft={draft} change={change} target={target} plan={plan.data} usualName={usualName} />
        </>
      ) : plan.error !== null ? (
        <PlanRefused problem={plan.error} />
      ) : (
        <Group gap="xs" role="status" className="wizard-making">
          <Loader size="xs" />
          <Text size="sm">{t('wizard.plan.making')}</Text>
        </Group>
      )}
    </Stack>
  )
}

interface KeepProps extends PlanStepProps {
  readonly plan: DryRun
  readonly usualName: string
}

function Keep({ draft, change, target, plan, usualName }: KeepProps) {
  const { t } = useWords()
  const set = useSetParams()
  const { id, movedOn, isLooking, revision, present } = useKept(draft.kept, target)
  const name = draft.name.trim() === '' ? usualName : draft.name.trim()
  const keep = useChange(
    (seen: number | undefined) =>
      id === undefined
        ? post<RolloutPlanned>('/rollouts', { name, ...planBody(draft, target.id) })
        : post<RolloutPlanned>(
            `/rollouts/${id}/revise`,
            { name, ...reviseBody(draft, plan.cut) },
            { ifMatch: `"${seen}"` },
          ),
    ['rollouts'],
  )
  // The news of the own save may be here before its answer.
  const newer = keep.isPending ? undefined : newerOf(revision, present, keep.error)
  const save = (seen: number | undefined) =>
    keep.mutate(seen, {
      onSuccess: ({ id: made, name: saved, policy, revision }) => {
        const kept = {
          ...{ id: made, name: saved, packageId: target.id, revision },
          twoPersons: policy.twoPersons === true,
        }
        change({ kept, isTouched: false })
        set({ step: 'approval', rollout: made, preview: undefined })
      },
    })
  return (
    <Stack gap="xs">
      <KeptOfDraft draft={draft} />
      <TwoPersonsNotice draft={draft} />
      {movedOn ? (
        <Text size="sm" c="dimmed">
          {t('wizard.plan.movedOn')}
        </Text>
      ) : null}
      {id !== undefined && newer !== undefined ? (
        <NewerDraft id={id} newer={newer} onOver={() => save(newer.revision)} />
      ) : null}
      {keep.error === null || newer !== undefined ? null : <ProblemNotice error={keep.error} />}
      {newer !== undefined ? null : (
        <Group justify="flex-end">
          <ActButton
            size="sm"
            variant="filled"
            permission="rollouts.plan"
            loading={keep.isPending || isLooking}
            onClick={() => save(revision)}
          >
            {t(id === undefined && !isLooking ? 'wizard.plan.create' : 'wizard.plan.revise')}
          </ActButton>
        </Group>
      )}
    </Stack>
  )
}
