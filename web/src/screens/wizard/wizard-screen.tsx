/** A new rollout, step by step: what, whom, in which order, when, by which rules, and then its plan and its approval. */
import './wizard.css'
import './kept.css'
import { Button, Group, Text } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { useMe } from '../../api/hooks.ts'
import type { Package } from '../../api/types.ts'
import { Confirm } from '../../parts/confirm.tsx'
import { NoneOfYours, useHasNoStore } from '../../parts/none-of-yours.tsx'
import { LoadingNotice, NoPermission, ProblemNotice } from '../../parts/notices.tsx'
import { Screen } from '../../parts/screen.tsx'
import { useKeptFocus } from '../../parts/use-kept-focus.ts'
import { useParams, useSetParams } from '../../route-params.ts'
import { useWords } from '../../words/language.ts'
import { ApprovalStep } from './approval-step.tsx'
import { emptyDraft, isStep, type Step, steps } from './draft.ts'
import { LoadKept } from './load-kept.tsx'
import { chosenPackage, PackageStep, useUsualPackage } from './package-step.tsx'
import { PlanStep } from './plan-step.tsx'
import { PolicyStep } from './policy-step.tsx'
import { Rail } from './rail.tsx'
import type { StepProps } from './step-props.ts'
import { TargetsStep } from './targets-step.tsx'
import { useDraft, writeDraft } from './use-draft.ts'
import { useSaid } from './use-said.ts'
import { WavesStep } from './waves-step.tsx'
import { WindowStep } from './window-step.tsx'

export function WizardScreen() {
  const { t } = useWords()
  const me = useMe()
  const { rollout, step } = useParams()
  const hasNone = useHasNoStore()
  if (me.data === undefined) return me.error === null ? <LoadingNotice /> : <ProblemNotice error={me.error} />
  const may = me.data.permissions.includes('rollouts.plan')
  if (may && hasNone === true)
    return (
      <Screen title={t('wizard.title')}>
        <NoneOfYours />
      </Screen>
    )
  return (
    <Screen title={t('wizard.title')} actions={may ? <StartOver /> : null}>
      {may ? (
        rollout !== undefined && step === undefined ? (
          <LoadKept id={rollout} />
        ) : (
          <Wizard />
        )
      ) : (
        <NoPermission />
      )}
    </Screen>
  )
}

function Wizard() {
  const [draft, change] = useDraft()
  const { step: asked, package: packageAsked, rollout } = useParams()
  const set = useSetParams()
  const main = useKeptFocus<HTMLDivElement>()
  const step = isStep(asked) ? asked : 'package'
  const packages = useUsualPackage(draft, change, step === 'package').data?.items ?? []
  useEffect(() => {
    if (packageAsked === undefined) return
    change({ packageId: packageAsked })
    set({ package: undefined }, { replace: true })
  }, [packageAsked, change, set])
  const target = chosenPackage(packages, draft.packageId)
  const own = useSaid(draft, target)
  // What is looked at is kept already: the steps of a next draft say nothing of it.
  const isOther = step === 'approval' && rollout !== undefined && rollout !== draft.kept?.id
  const said = isOther ? {} : own
  return (
    <div className="wizard">
      <Rail current={step} said={said} hasKept={draft.kept !== null || step === 'approval'} />
      <div className="wizard-main" ref={main} tabIndex={-1}>
        {step === 'approval' ? null : <Heading step={step} />}
        <StepBody step={step} target={target} draft={draft} change={change} />
        <Steps step={step} target={target} />
      </div>
    </div>
  )
}

function Heading({ step }: { readonly step: Step }) {
  const { t } = useWords()
  return <h2 className="wizard-heading">{t(`wizard.steps.${step}`)}</h2>
}

interface BodyProps extends StepProps {
  readonly step: Step
  readonly target: Package | undefined
}
function StepBody({ step, target, ...props }: BodyProps) {
  switch (step) {
    case 'package':
      return <PackageStep {...props} />
    case 'targets':
      return <TargetsStep {...props} />
    case 'waves':
      return <WavesStep {...props} />
    case 'window':
      return <WindowStep {...props} />
    case 'policy':
      return <PolicyStep {...props} />
    case 'plan':
      return target === undefined ? <PackageStep {...props} /> : <PlanStep {...props} target={target} />
    case 'approval':
      return <ApprovalStep {...props} />
  }
}

/** Back and Next; from the plan on its own button leads further. */
function Steps({ step, target }: { readonly step: Step; readonly target: Package | undefined }) {
  const { t } = useWords()
  const set = useSetParams()
  const place = steps.indexOf(step)
  const before = steps[place - 1]
  const after = steps[place + 1]
  const hasNext = step !== 'plan' && after !== undefined
  return (
    <Group className="wizard-steps" justify="space-between">
      {before === undefined ? (
        <span />
      ) : (
        <Button variant="default" onClick={() => set({ step: before, rollout: undefined })}>
          {t('common.back')}
        </Button>
      )}
      {hasNext ? (
        <Button disabled={target === undefined} onClick={() => set({ step: after })}>
          {t('common.next')}
        </Button>
      ) : null}
    </Group>
  )
}

function StartOver() {
  const { t } = useWords()
  const navigate = useNavigate()
  const [isAsked, setAsked] = useState(false)
  const begin = () => {
    writeDraft(emptyDraft)
    setAsked(false)
    void navigate({ to: '/rollouts/new' })
  }
  return (
    <>
      <Button size="compact-sm" variant="default" onClick={() => setAsked(true)}>
        {t('wizard.startOver')}
      </Button>
      <Confirm
        isOpen={isAsked}
        title={t('wizard.startOver')}
        yes={t('wizard.startOver')}
        onYes={begin}
        onClose={() => setAsked(false)}
      >
        <Text size="sm">{t('wizard.startOverHint')}</Text>
      </Confirm>
    </>
  )
}
