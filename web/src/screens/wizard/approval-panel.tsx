/** From a draft to a rollout that runs: who agrees to which plan, and what has changed since it was made. */
import './plan.css'
import { Anchor, Group, Stack, Text, Title } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useAnswer } from '../../api/hooks.ts'
import type { Drift, Page, RolloutWhole } from '../../api/types.ts'
import { RolloutMark } from '../../parts/mark.tsx'
import { Moment, Version } from '../../parts/values.tsx'
import { useWords } from '../../words/language.ts'
import { ApprovalControls } from './approval-controls.tsx'
import { DriftNotice } from './drift-notice.tsx'
import { PlanHash } from './plan-view.tsx'
import { RolloutPlan } from './rollout-plan.tsx'

interface ApprovalPanelProps {
  readonly rollout: RolloutWhole
}

const waits = (state: string): state is 'draft' | 'awaitingApproval' =>
  state === 'draft' || state === 'awaitingApproval'

/** Of a draft, of what awaits an approval, and of a revision that does. */
export function ApprovalPanel({ rollout }: ApprovalPanelProps) {
  const { t } = useWords()
  const { id, state } = rollout
  const isWaiting = waits(state)
  const drift = useAnswer<Drift>(
    `/rollouts/${id}/drift`,
    {},
    { topics: [`rollouts:${id}`], enabled: isWaiting },
  )
  return (
    <section className="approval" aria-label={t('wizard.approval.title')}>
      <div className="approval-card">
        <ApprovalHead rollout={rollout} />
        {isWaiting ? <Rejection id={id} /> : null}
        {isWaiting && drift.data !== undefined ? <DriftNotice rollout={rollout} drift={drift.data} /> : null}
        <ApprovalControls rollout={rollout} isRefused={(drift.data?.changes.length ?? 0) > 0} />
      </div>
      {isWaiting ? <RolloutPlan rollout={rollout} /> : null}
    </section>
  )
}

function ApprovalHead({ rollout }: ApprovalPanelProps) {
  const { t } = useWords()
  const { state, createdBy, createdAt, approvedBy, planHash, policy } = rollout
  const text = waits(state) ? (state === 'draft' ? 'draft' : 'awaiting') : 'begun'
  return (
    <Stack gap={6}>
      <Group gap="sm">
        <Title order={2} size="h4">
          {t('wizard.approval.title')}
        </Title>
        <RolloutMark state={state} />
      </Group>
      <Text size="sm">{t(`wizard.approval.${text}`)}</Text>
      {policy.twoPersons === true && waits(state) ? (
        <Text size="sm" c="dimmed">
          {t('wizard.approval.twoPersons')}
        </Text>
      ) : null}
      <dl className="approval-facts">
        <dt>{t('wizard.approval.hash')}</dt>
        <dd>
          <PlanHash hash={rollout.next?.planHash ?? planHash} />
        </dd>
        <dt>{t('wizard.approval.forPackage')}</dt>
        <dd>
          <Version digits={rollout.package.version} />
        </dd>
        <dt>{t('wizard.approval.madeBy')}</dt>
        <dd>
          {createdBy} · <Moment at={createdAt} />
        </dd>
        {approvedBy === null ? null : (
          <>
            <dt>{t('wizard.approval.approvedBy')}</dt>
            <dd>
              {approvedBy} · <Moment at={rollout.approvedAt} />
            </dd>
          </>
        )}
      </dl>
    </Stack>
  )
}

interface Rejected {
  readonly code: string
  readonly params: Readonly<Record<string, unknown>> | null
}

/** Why it came back, as long as nobody has planned or submitted it anew. */
function Rejection({ id }: { readonly id: string }) {
  const { t } = useWords()
  const params = { filter: `rollout:${id}`, sort: '-at', limit: 1 }
  const last = useAnswer<Page<Rejected>>('/events', params, { topics: [`rollouts:${id}`] }).data?.items[0]
  const why = last?.params?.why
  if (last?.code !== 'rolloutRejected' || typeof why !== 'string') return null
  return (
    <Text size="sm" className="approval-rejected">
      {t('wizard.approval.rejected', { reason: why })}
    </Text>
  )
}

export function RolloutLink({ id, label }: { readonly id: string; readonly label?: string }) {
  const { t } = useWords()
  return (
    <Anchor component={Link} to={`/rollouts/${id}` as string} size="sm">
      {label ?? t('wizard.approval.openRollout')}
    </Anchor>
  )
}
