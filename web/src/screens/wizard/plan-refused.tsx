/** No such plan: what is wrong, and at which step it is mended. */
import { Button, Group, Stack, Text } from '@mantine/core'
import { groupBy } from '../../../../src/rollout/plan/group-by.ts'
import type { ApiProblem } from '../../api/problem.ts'
import { ReasonText } from '../../parts/mark.tsx'
import { ProblemNotice } from '../../parts/notices.tsx'
import { useSetParams } from '../../route-params.ts'
import { useWords } from '../../words/language.ts'
import type { Step } from './draft.ts'

/** The first that fits; in the order of paths, not of steps. */
const places: readonly (readonly [prefix: string, step: Step])[] = [
  ['packageId', 'package'],
  ['serverPackageId', 'package'],
  ['selection', 'targets'],
  ['waves', 'waves'],
  ['policy.gate', 'waves'],
  ['policy.windows', 'window'],
  ['policy.startsAt', 'window'],
  ['policy.endsAt', 'window'],
  ['policy.preloadFrom', 'window'],
  ['policy.overrideFreezes', 'window'],
  ['policy', 'policy'],
]
const stepOf = (path: string): Step => places.find(([prefix]) => path.startsWith(prefix))?.[1] ?? 'targets'

const leftOutIn = (fault: object): Readonly<Record<string, number>> => {
  const params =
    'params' in fault ? (fault.params as { leftOut?: Record<string, number> } | undefined) : undefined
  return params?.leftOut ?? {}
}

export function PlanRefused({ problem }: { readonly problem: ApiProblem }) {
  const { t } = useWords()
  const set = useSetParams()
  const faults =
    problem.errors.length > 0 ? problem.errors : [{ code: problem.code, path: problem.path ?? '' }]
  const wrong = [...new Set(faults.map(({ path }) => stepOf(path)))]
  const named = faults.flatMap((fault) =>
    'value' in fault && typeof fault.value === 'string' ? [{ code: fault.code, value: fault.value }] : [],
  )
  const leftOut = faults.flatMap((fault) => Object.entries(leftOutIn(fault)))
  return (
    <Stack gap="sm">
      <Text fw={600}>{t('wizard.plan.impossible')}</Text>
      <ProblemNotice error={problem} />
      {[...groupBy(named, (one) => one.code)].map(([code, all]) => (
        <Text key={code} size="sm">
          {`${t(`problems.${code}`, { defaultValue: code })}: ${all.map((one) => one.value).join(', ')}`}
        </Text>
      ))}
      {leftOut.length === 0 ? null : (
        <ul className="plan-names" aria-label={t('wizard.plan.leftOutTitle')}>
          {leftOut.map(([reason, count]) => (
            <li key={reason}>
              <ReasonText code={reason} /> · {count}
            </li>
          ))}
        </ul>
      )}
      <Group gap="xs">
        {wrong.map((step) => (
          <Button key={step} size="compact-sm" variant="default" onClick={() => set({ step })}>
            {t('wizard.plan.toStep', { step: t(`wizard.steps.${step}`) })}
          </Button>
        ))}
      </Group>
    </Stack>
  )
}
