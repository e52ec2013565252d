/** That somebody else has to approve: said before the plan is saved, with who asks for it. */
import { Switch, Text } from '@mantine/core'
import { useMe } from '../../api/hooks.ts'
import { Glyph } from '../../parts/glyph.tsx'
import { useWords } from '../../words/language.ts'
import { type Draft, policyOf } from './draft.ts'
import { SwitchField } from './field.tsx'
import type { StepProps } from './step-props.ts'

/** Who asks for two persons; undefined: nobody does. */
function useAsker(draft: Draft): 'office' | 'draft' | 'policy' | undefined {
  const office = useMe().data?.twoPersons
  if (office === 'always') return 'office'
  if (draft.kept?.twoPersons === true && draft.kept.packageId === draft.packageId) return 'draft'
  return policyOf(draft).twoPersons ? 'policy' : undefined
}

/** In the rules: a switch, as long as it is theirs to turn. */
export function TwoPersonsField(step: StepProps) {
  const { t } = useWords()
  const asker = useAsker(step.draft)
  const label = t('wizard.policy.fields.twoPersons')
  const hint = t('wizard.policy.fields.twoPersonsHint')
  if (asker === undefined || asker === 'policy')
    return <SwitchField {...step} path="twoPersons" label={label} hint={hint} />
  const fixed = t(asker === 'office' ? 'wizard.two.fixedOffice' : 'wizard.two.fixedDraft')
  // Greyed out it would look as if it were off.
  return (
    <Switch label={label} description={`${hint} ${fixed}`} checked aria-disabled onChange={() => undefined} />
  )
}

export function TwoPersonsNotice({ draft }: { readonly draft: Draft }) {
  const { t } = useWords()
  const asker = useAsker(draft)
  if (asker === undefined) return null
  return (
    <section className="wizard-kept" aria-label={t('wizard.two.title')} data-asker={asker}>
      <Text size="sm" fw={600}>
        <Glyph name="lock" size={12} /> {t('wizard.two.title')}
      </Text>
      <Text size="sm">{t(`wizard.two.${asker}`)}</Text>
    </section>
  )
}
