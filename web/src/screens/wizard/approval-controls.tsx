/** Start, submit, approve, reject: each says what it will do before it does it. */
import { Group, Modal, Stack, Text, Textarea } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { post } from '../../api/client.ts'
import { useChange, useMay, useMe } from '../../api/hooks.ts'
import type { RolloutWhole } from '../../api/types.ts'
import { serverNow } from '../../format/now.ts'
import { ActButton } from '../../parts/act-button.tsx'
import { Confirm } from '../../parts/confirm.tsx'
import { ProblemNotice } from '../../parts/notices.tsx'
import { useWords } from '../../words/language.ts'
import { PlanHash, shortHash } from './plan-view.tsx'

interface ControlsProps {
  readonly rollout: RolloutWhole
  /** By what has changed since: neither start nor approval would be taken. */
  readonly isRefused: boolean
}

type Verb = 'start' | 'approve'

export function ApprovalControls({ rollout, isRefused }: ControlsProps) {
  const { t } = useWords()
  const navigate = useNavigate()
  const me = useMe().data
  const [asked, setAsked] = useState<Verb | 'reject'>()
  const { id, state, allowed, policy, next } = rollout
  const topics = [`rollouts:${id}`, 'rollouts']
  const submit = useChange(() => post(`/rollouts/${id}/submit`), topics)
  const isDraft = state === 'draft'
  const needsTwo = policy.twoPersons === true
  const maker = next === null ? rollout.createdBy : next.by
  const refusal = isRefused ? t('wizard.approval.refusing') : undefined
  const own = needsTwo && me !== undefined && me.actor === maker ? t('wizard.approval.samePerson') : refusal
  const mayApprove = useMay('rollouts.approve')
  const why = mayApprove ? own : t('wizard.approval.needApprover')
  const showsApproval = state === 'awaitingApproval' || next !== null
  const edit = () => void navigate({ to: '/rollouts/new', search: { rollout: id } as never })
  return (
    <Stack gap="xs">
      <Group gap="xs">
        {isDraft && !needsTwo ? (
          <ActButton
            size="sm"
            variant="filled"
            permission="rollouts.control"
            why={refusal}
            onClick={() => setAsked('start')}
          >
            {t('wizard.approval.start')}
          </ActButton>
        ) : null}
        {allowed.includes('submit') ? (
          <ActButton
            size="sm"
            variant={needsTwo ? 'filled' : 'default'}
            permission="rollouts.plan"
            loading={submit.isPending}
            onClick={() => submit.mutate(undefined)}
          >
            {t('wizard.approval.submit')}
          </ActButton>
        ) : null}
        {showsApproval ? (
          <ActButton
            size="sm"
            variant="filled"
            permission="rollouts.approve"
            why={own}
            onClick={() => setAsked('approve')}
          >
            {t('wizard.approval.approve')}
          </ActButton>
        ) : null}
        {allowed.includes('reject') ? (
          <ActButton size="sm" permission="rollouts.approve" onClick={() => setAsked('reject')}>
            {t('wizard.approval.reject')}
          </ActButton>
        ) : null}
        {isDraft && rollout.kind === 'update' ? (
          <ActButton size="sm" permission="rollouts.plan" onClick={edit}>
            {t('wizard.approval.edit')}
          </ActButton>
        ) : null}
      </Group>
      {showsApproval && why !== undefined ? (
        <Text size="sm" c="dimmed">
          {why}
        </Text>
      ) : null}
      {submit.error === null ? null : <ProblemNotice error={submit.error} />}
      {asked === 'start' || asked === 'approve' ? (
        <Begin rollout={rollout} verb={asked} onClose={() => setAsked(undefined)} />
      ) : null}
      {asked === 'reject' ? <Reject id={id} onClose={() => setAsked(undefined)} /> : null}
    </Stack>
  )
}

interface BeginProps {
  readonly rollout: RolloutWhole
  readonly verb: Verb
  readonly onClose: () => void
}
/** The hash that was on the screen is the one that is agreed to; another is refused. */
function Begin({ rollout, verb, onClose }: BeginProps) {
  const { t } = useWords()
  const { id, plan, policy, next } = rollout
  const [planHash] = useState(next?.planHash ?? rollout.planHash)
  const begin = useChange(() => post(`/rollouts/${id}/${verb}`, { planHash }), [`rollouts:${id}`, 'rollouts'])
  const devices = t('wizard.device', { count: plan.targets + plan.carried })
  const stores = t('wizard.inStore', { count: plan.stores })
  const preloadFrom = policy.preloadFrom
  return (
    <Confirm
      isOpen
      title={t(`wizard.approval.${verb}`)}
      yes={t(`wizard.approval.${verb}`)}
      isBusy={begin.isPending}
      error={begin.error}
      onClose={onClose}
      onYes={() => begin.mutate(undefined, { onSuccess: onClose })}
    >
      <Text size="sm">
        {verb === 'start'
          ? t('wizard.approval.startConsequence', { devices, stores })
          : t('wizard.approval.approveConsequence', { devices, stores, hash: shortHash(planHash) })}
      </Text>
      {typeof preloadFrom === 'string' && Date.parse(preloadFrom) > serverNow() ? (
        <Text size="sm">{t('wizard.approval.later', { time: new Date(preloadFrom).toLocaleString() })}</Text>
      ) : null}
      <Group gap={6}>
        <Text size="sm">{t('wizard.approval.hash')}</Text>
        <PlanHash hash={planHash} />
      </Group>
      {begin.error?.code === 'planHashDiffers' ? (
        <Text size="sm">{t('wizard.approval.hashDiffers')}</Text>
      ) : null}
    </Confirm>
  )
}

function Reject({ id, onClose }: { readonly id: string; readonly onClose: () => void }) {
  const { t } = useWords()
  const [reason, setReason] = useState('')
  const reject = useChange(
    () => post(`/rollouts/${id}/reject`, { reason: reason.trim() }),
    [`rollouts:${id}`, 'rollouts'],
  )
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('wizard.approval.rejectTitle')}
      centered
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <Stack>
        <Text size="sm">{t('wizard.approval.rejectHint')}</Text>
        <Textarea
          label={t('wizard.approval.rejectReason')}
          value={reason}
          maxLength={500}
          required
          autosize
          minRows={2}
          data-autofocus
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        {reject.error === null ? null : <ProblemNotice error={reject.error} />}
        <Group justify="flex-end">
          <ActButton
            size="sm"
            variant="filled"
            permission="rollouts.approve"
            why={reason.trim() === '' ? t('problems.reasonNeeded') : undefined}
            loading={reject.isPending}
            onClick={() => reject.mutate(undefined, { onSuccess: onClose })}
          >
            {t('wizard.approval.reject')}
          </ActButton>
        </Group>
      </Stack>
    </Modal>
  )
}
