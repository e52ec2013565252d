import { Text, Textarea } from '@mantine/core'
import { useState } from 'react'
import { post } from '../../../api/client.ts'
import { useChange } from '../../../api/hooks.ts'
import type { Enrolment } from '../../../api/types.ts'
import { Confirm } from '../../../parts/confirm.tsx'
import { useWords } from '../../../words/language.ts'
import { useHostName } from './host-name.tsx'

interface RefuseKeysProps {
  readonly rows: readonly Enrolment[]
  readonly onClose: () => void
}
const SHOWN = 12

/** Pins nothing. One after the other: whoever was decided meanwhile is told, the others are refused all the same. */
async function refuseAll(rows: readonly Enrolment[], why: string): Promise<void> {
  let failure: unknown
  for (const { id } of rows)
    await post(`/enrolments/${id}/refuse`, why === '' ? {} : { why }).catch((error: unknown) => {
      failure ??= error
    })
  if (failure !== undefined) throw failure
}

export function RefuseKeys({ rows, onClose }: RefuseKeysProps) {
  const { t } = useWords()
  const name = useHostName()
  const [why, setWhy] = useState('')
  const refuse = useChange(() => refuseAll(rows, why.trim()), ['enrolments', 'hostKeys'])
  return (
    <Confirm
      isOpen
      title={t('settings.enrol.refuseTitle')}
      yes={t('settings.enrol.refuse')}
      isDangerous
      isBusy={refuse.isPending}
      error={refuse.error}
      onYes={() => refuse.mutate(undefined, { onSuccess: onClose })}
      onClose={onClose}
    >
      <Text size="sm">{t('settings.enrol.refuseMeans', { count: rows.length })}</Text>
      <Text size="sm" fw={600}>
        {rows.slice(0, SHOWN).map(name).join('; ')}
        {rows.length > SHOWN ? ` ${t('settings.enrol.andMore', { count: rows.length - SHOWN })}` : null}
      </Text>
      <Textarea
        label={t('settings.enrol.why')}
        description={t('settings.enrol.whyHint')}
        value={why}
        maxLength={500}
        autosize
        minRows={2}
        onChange={(event) => setWhy(event.currentTarget.value)}
      />
    </Confirm>
  )
}
