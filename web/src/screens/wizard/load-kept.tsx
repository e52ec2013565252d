/** `?rollout=ID`: that draft is what the wizard holds from now on; what nobody saved is asked for before. */
import { Button, Group, Stack, Text, Title } from '@mantine/core'
import { useEffect, useState } from 'react'
import { useAnswer } from '../../api/hooks.ts'
import type { RolloutWhole } from '../../api/types.ts'
import { LoadingNotice, ProblemNotice } from '../../parts/notices.tsx'
import { useSetParams } from '../../route-params.ts'
import { useWords } from '../../words/language.ts'
import type { Draft } from './draft.ts'
import { draftOf } from './draft-of.ts'
import { presentDraft, writeDraft } from './use-draft.ts'

export function LoadKept({ id }: { readonly id: string }) {
  const set = useSetParams()
  const found = useAnswer<RolloutWhole>(`/rollouts/${id}`)
  // What was read for another screen may be of before somebody's revision, and saving would undo that.
  const { refetch } = found
  useEffect(() => void refetch({ cancelRefetch: false }), [refetch])
  const [isRead, setRead] = useState(false)
  if (!isRead && found.isSuccess && found.isFetchedAfterMount) setRead(true)
  const data = isRead ? found.data : undefined
  const [unsaved, setUnsaved] = useState(() => (presentDraft().isTouched ? presentDraft() : undefined))
  useEffect(() => {
    if (data === undefined || unsaved !== undefined) return
    writeDraft(draftOf(data))
    set({ step: 'targets', rollout: undefined }, { replace: true })
  }, [data, unsaved, set])
  if (data !== undefined && unsaved !== undefined)
    return <Question rollout={data} unsaved={unsaved} onYes={() => setUnsaved(undefined)} />
  return found.error === null ? <LoadingNotice /> : <ProblemNotice error={found.error} />
}

interface QuestionProps {
  readonly rollout: RolloutWhole
  readonly unsaved: Draft
  readonly onYes: () => void
}
function Question({ rollout, unsaved, onYes }: QuestionProps) {
  const { t } = useWords()
  const set = useSetParams()
  const { name } = rollout
  const own = unsaved.name.trim()
  const what =
    unsaved.kept !== null
      ? t('wizard.replace.own', { name: unsaved.kept.name })
      : own === ''
        ? t('wizard.replace.unnamed')
        : t('wizard.replace.other', { name: own })
  return (
    <section className="wizard-kept wizard-replace" aria-labelledby="wizard-replace">
      <Stack gap="sm">
        <Title order={2} size="h4" id="wizard-replace">
          {t('wizard.replace.title')}
        </Title>
        <Text size="sm">{`${what} ${t('wizard.replace.lost', { name })}`}</Text>
        <Group gap="sm">
          <Button size="sm" onClick={() => set({ step: 'targets', rollout: undefined }, { replace: true })}>
            {t('wizard.replace.back')}
          </Button>
          <Button size="sm" variant="default" onClick={onYes}>
            {t('wizard.replace.yes', { name })}
          </Button>
        </Group>
      </Stack>
    </section>
  )
}
