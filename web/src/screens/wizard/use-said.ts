/** What each step decided, in a few words: for the rail. */
import { displayVersion } from '../../../../src/rollout/versions.ts'
import type { Package } from '../../api/types.ts'
import { useWords } from '../../words/language.ts'
import { type Draft, policyOf, type Step } from './draft.ts'
import { ownChanges } from './policy-changes.ts'
import { textsIn } from './texts-in.ts'

export function useSaid(draft: Draft, target: Package | undefined): Partial<Record<Step, string>> {
  const { t } = useWords()
  const { targets, waves } = draft
  const { windows } = policyOf(draft)
  const changes = ownChanges(draft.policy)
  const kind = target === undefined ? '' : t(`wizard.kinds.${target.kind}`)
  const whom = {
    whole: t('wizard.targets.whole'),
    some: t('wizard.targets.some'),
    list: t('wizard.targets.cashIdCount', { count: textsIn(targets.cashIds).length }),
  }
  return {
    ...(target === undefined ? {} : { package: `${displayVersion(Number(target.version))} · ${kind}` }),
    targets: whom[targets.by],
    waves: t(`wizard.waves.${waves.template}`),
    window: windows === null ? t('wizard.window.own') : t('wizard.window.one'),
    ...(changes === 0 ? {} : { policy: t('wizard.policy.changedCount', { count: changes }) }),
  }
}
