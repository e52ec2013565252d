import { Alert, Group, Stack, Text } from '@mantine/core'
import { post } from '../../api/client.ts'
import { useChange } from '../../api/hooks.ts'
import type { Drift, RolloutPlanned, RolloutWhole } from '../../api/types.ts'
import { ActButton } from '../../parts/act-button.tsx'
import { Glyph } from '../../parts/glyph.tsx'
import { Mark } from '../../parts/mark.tsx'
import { ProblemNotice } from '../../parts/notices.tsx'
import { useWords } from '../../words/language.ts'
import { followKept } from './use-draft.ts'

interface DriftProps {
  readonly rollout: RolloutWhole
  readonly drift: Drift
}
/** What refuses an approval; else what only aged since the plan was made; else that nothing did. */
export function DriftNotice({ rollout, drift }: DriftProps) {
  const { t } = useWords()
  if (drift.changes.length > 0) return <Refusing rollout={rollout} changes={drift.changes} />
  if (drift.drift.count > 0) return <Aged drift={drift.drift} />
  return <Mark tone="good" glyph="check" label={t('wizard.approval.sameNow')} />
}

function Refusing({
  rollout,
  changes,
}: {
  readonly rollout: RolloutWhole
  readonly changes: Drift['changes']
}) {
  const { t } = useWords()
  const { id, allowed, state, revision } = rollout
  const replan = useChange(async () => {
    const path = `/rollouts/${id}/revise`
    const made = await post<RolloutPlanned>(path, {}, { ifMatch: `"${revision}"` })
    followKept(id, revision, made.revision)
  }, [`rollouts:${id}`, 'rollouts'])
  return (
    <Alert
      variant="default"
      icon={<Glyph name="bang" />}
      title={t('wizard.approval.refusing')}
      className="approval-drift"
    >
      <Stack gap={6}>
        <ul className="plan-names">
          {changes.map(({ code }) => (
            <li key={String(code)}>
              {t(`wizard.changes.${String(code)}` as 'wizard.changes.packageChanged', {
                defaultValue: String(code),
              })}
            </li>
          ))}
        </ul>
        <Text size="sm">{t('wizard.approval.refusingHint')}</Text>
        {state === 'draft' && allowed.includes('revise') ? (
          <Group>
            <ActButton
              permission="rollouts.plan"
              loading={replan.isPending}
              onClick={() => replan.mutate(undefined)}
            >
              {t('wizard.approval.replan')}
            </ActButton>
          </Group>
        ) : null}
        {replan.error === null ? null : <ProblemNotice error={replan.error} />}
      </Stack>
    </Alert>
  )
}

function Aged({ drift: { count, byCode, devices } }: { readonly drift: Drift['drift'] }) {
  const { t } = useWords()
  const nameOf = (code: string) => t(`wizard.drift.${code}` as 'wizard.drift.nowDone', { defaultValue: code })
  return (
    <Alert
      variant="default"
      icon={<Glyph name="clock" />}
      title={t('wizard.approval.drift', { count })}
      className="approval-drift"
    >
      <Text size="sm">{t('wizard.approval.driftHint')}</Text>
      {Object.entries(byCode).map(([code, all]) => {
        const own = devices.filter((one) => one.code === code)
        return (
          <details className="plan-group" key={code} data-drift={code}>
            <summary>
              <span className="plan-group-label">{nameOf(code)}</span>
              <span className="plan-group-count">{all}</span>
            </summary>
            <ul className="plan-names">
              {own.map(({ cashId, store }) => (
                <li key={cashId}>{[cashId, store].filter((one) => one !== null).join(' · ')}</li>
              ))}
              {all > own.length ? <li>{t('wizard.plan.andMore', { count: all - own.length })}</li> : null}
            </ul>
          </details>
        )
      })}
    </Alert>
  )
}
