/** A kept draft that somebody else has changed since it was loaded here: said before it is saved over theirs. */
import { Alert, Group, Stack, Text } from '@mantine/core'
import { useAnswer } from '../../api/hooks.ts'
import type { ApiProblem } from '../../api/problem.ts'
import type { Package, RolloutWhole } from '../../api/types.ts'
import { ActButton } from '../../parts/act-button.tsx'
import { Glyph } from '../../parts/glyph.tsx'
import { useWords } from '../../words/language.ts'
import { RolloutLink } from './approval-panel.tsx'
import type { Draft } from './draft.ts'

interface KeptNow {
  readonly id?: string
  readonly movedOn: boolean
  readonly isLooking: boolean
  /** What was seen of it here. */
  readonly revision?: number | undefined
  /** As it is by now. */
  readonly present?: RolloutWhole
}

/** The kept draft that may be changed in place: of the same packages, and nobody has submitted it. */
export function useKept(kept: Draft['kept'], target: Package): KeptNow {
  const asked = kept !== null && kept.packageId === target.id
  const found = useAnswer<RolloutWhole>(
    `/rollouts/${kept?.id}`,
    {},
    { enabled: asked, topics: [`rollouts:${kept?.id}`] },
  )
  if (!asked || found.data === undefined) return { movedOn: false, isLooking: asked && found.isPending }
  if (found.data.state !== 'draft') return { movedOn: true, isLooking: false }
  const { revision = found.data.revision } = kept
  return { id: kept.id, movedOn: false, isLooking: false, revision, present: found.data }
}

export interface Newer {
  readonly revision: number
  readonly by: string
}

/**
 * Whose it is by now, where that is not what was seen. A save that was never answered may be that very change: it is sent
 * again as it was.
 */
export function newerOf(
  seen: number | undefined,
  present: RolloutWhole | undefined,
  error: ApiProblem | null,
): Newer | undefined {
  if (seen === undefined || present === undefined || error?.code === 'unanswered') return undefined
  const { revision, changedBy } = error?.code === 'preconditionFailed' ? error.more : {}
  const told = typeof revision === 'number' ? revision : 0
  if (told > present.revision) return { revision: told, by: String(changedBy) }
  return present.revision > seen ? { revision: present.revision, by: present.createdBy } : undefined
}

interface NewerDraftProps {
  readonly id: string
  readonly newer: Newer
  readonly onOver: () => void
}
export function NewerDraft({ id, newer, onOver }: NewerDraftProps) {
  const { t } = useWords()
  return (
    <Alert
      role="alert"
      variant="default"
      icon={<Glyph name="bang" />}
      title={t('wizard.newer.title', { by: newer.by })}
    >
      <Stack gap={6}>
        <Text size="sm">{t('wizard.newer.hint')}</Text>
        <Group gap="sm">
          <RolloutLink id={id} label={t('wizard.newer.look')} />
          <ActButton permission="rollouts.plan" onClick={onOver}>
            {t('wizard.newer.over')}
          </ActButton>
        </Group>
      </Stack>
    </Alert>
  )
}
