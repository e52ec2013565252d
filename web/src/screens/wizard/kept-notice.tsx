import { Button, Text } from '@mantine/core'
import { useWords } from '../../words/language.ts'
import type { Draft } from './draft.ts'
import { useKeptTargets, useKeptWaves } from './kept-lines.ts'
import type { StepProps } from './step-props.ts'
import { replacedTemplate, withoutKept } from './waves-draft.ts'

interface NoticeProps {
  readonly lines: readonly string[]
  readonly onDrop?: () => void
}
/** What is said nowhere else, and goes on as it was. */
function KeptNotice({ lines, onDrop }: NoticeProps) {
  const { t } = useWords()
  if (lines.length === 0) return null
  return (
    <section className="wizard-kept" aria-label={t('wizard.kept.title')}>
      <Text size="sm" fw={600}>
        {t('wizard.kept.title')}
      </Text>
      <ul>
        {lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
      <Text size="xs" c="dimmed">
        {t('wizard.kept.hint')}
      </Text>
      {onDrop === undefined ? null : (
        <Button size="compact-sm" variant="default" onClick={onDrop}>
          {t('wizard.kept.drop')}
        </Button>
      )}
    </section>
  )
}

export function KeptTargets({ draft, change }: StepProps) {
  const { targets } = draft
  const lines = useKeptTargets(targets)
  return <KeptNotice lines={lines} onDrop={() => change({ targets: { ...targets, kept: {} } })} />
}

export function KeptWaves({ draft, change }: StepProps) {
  const { t } = useWords()
  const { waves } = draft
  const lines = useKeptWaves(waves)
  const former = replacedTemplate(waves)
  if (former === undefined)
    return <KeptNotice lines={lines} onDrop={() => change({ waves: withoutKept(waves) })} />
  return (
    <section className="wizard-kept" role="status">
      <Text size="sm">{t('wizard.kept.replaced', { template: t(`wizard.waves.${former}`) })}</Text>
      <Button
        size="compact-sm"
        variant="default"
        onClick={() => change({ waves: { ...waves, template: former } })}
      >
        {t('wizard.kept.restore')}
      </Button>
    </section>
  )
}

/** Before it is saved, once more and all of it. */
export function KeptOfDraft({ draft }: { readonly draft: Draft }) {
  const lines = [...useKeptTargets(draft.targets), ...useKeptWaves(draft.waves)]
  return <KeptNotice lines={lines} />
}
