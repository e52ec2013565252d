import { Button, Group, Text } from '@mantine/core'
import { useState } from 'react'
import type { Enrolment } from '../../../api/types.ts'
import { ActButton } from '../../../parts/act-button.tsx'
import { useWords } from '../../../words/language.ts'
import { ConfirmKeys } from './confirm-keys.tsx'
import { RefuseKeys } from './refuse-keys.tsx'
import type { Compared } from './use-compared.ts'

interface CompareBarProps {
  readonly rows: readonly Enrolment[]
  readonly compared: Compared
}
/** What was compared so far, and what is done with all of it at once. */
export function CompareBar({ rows, compared }: CompareBarProps) {
  const { t } = useWords()
  const [asking, setAsking] = useState<'confirm' | 'refuse'>()
  const confirmations = compared.of(rows)
  if (confirmations.length === 0) return null
  const ticked = new Set(confirmations.map(({ row }) => row.id))
  const others = rows.filter(({ id }) => !ticked.has(id))
  const keys = confirmations.reduce((sum, { fingerprints }) => sum + fingerprints.length, 0)
  const close = () => setAsking(undefined)
  return (
    <div className="settings-bar">
      <Group gap="sm">
        <Text size="sm" fw={600} role="status">
          {t('settings.enrol.comparedCount', { keys, hosts: confirmations.length })}
        </Text>
        <ActButton permission="hosts.enrol" variant="filled" onClick={() => setAsking('confirm')}>
          {t('settings.enrol.confirmAll')}
        </ActButton>
        {others.length === 0 ? null : (
          <ActButton permission="hosts.enrol" onClick={() => setAsking('refuse')}>
            {t('settings.enrol.refuseOthers', { count: others.length })}
          </ActButton>
        )}
        <Button size="compact-sm" variant="subtle" onClick={compared.clear}>
          {t('settings.enrol.clear')}
        </Button>
      </Group>
      {asking === 'confirm' ? <ConfirmKeys confirmations={confirmations} onClose={close} /> : null}
      {asking === 'refuse' ? <RefuseKeys rows={others} onClose={close} /> : null}
    </div>
  )
}
