import { Group, Stack } from '@mantine/core'
import { useEffect } from 'react'
import { useAnswer } from '../../api/hooks.ts'
import type { RolloutWhole } from '../../api/types.ts'
import { Answered, EmptyNotice } from '../../parts/notices.tsx'
import { useParams } from '../../route-params.ts'
import { useWords } from '../../words/language.ts'
import { ApprovalPanel, RolloutLink } from './approval-panel.tsx'
import { emptyDraft } from './draft.ts'
import type { StepProps } from './step-props.ts'

/** The draft that was kept; once it has left the maker's hands the wizard is free for the next. */
export function ApprovalStep({ draft, change }: StepProps) {
  const { t } = useWords()
  const id = useParams().rollout ?? draft.kept?.id
  const rollout = useAnswer<RolloutWhole>(
    `/rollouts/${id}`,
    {},
    { enabled: id !== undefined, topics: [`rollouts:${id}`] },
  )
  const state = rollout.data?.state
  useEffect(() => {
    if (state === undefined || state === 'draft' || draft.kept?.id !== id) return
    // What was changed since is nobody's any more, and is not thrown away.
    change(draft.isTouched ? { kept: null } : emptyDraft)
  }, [state, draft.kept?.id, draft.isTouched, id, change])
  if (id === undefined) return <EmptyNotice title={t('wizard.plan.leave')} />
  return (
    <Answered answer={rollout}>
      {(found) => (
        <Stack>
          <Group gap="sm">
            <b>{found.name}</b>
            <RolloutLink id={found.id} />
          </Group>
          <ApprovalPanel rollout={found} />
        </Stack>
      )}
    </Answered>
  )
}
