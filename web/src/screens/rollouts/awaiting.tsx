/** What waits for the one who looks: on top of the list, for whoever may approve. */
import { Alert, Anchor, Group, Stack } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useAnswer, useMay, useMe } from '../../api/hooks.ts'
import type { Page, Rollout } from '../../api/types.ts'
import { Glyph } from '../../parts/glyph.tsx'
import { Ago, Version } from '../../parts/values.tsx'
import { useWords } from '../../words/language.ts'

const params = { filter: 'state:awaitingApproval', sort: 'createdAt', limit: 50 }

export function Awaiting() {
  const { t } = useWords()
  const may = useMay('rollouts.approve')
  const found = useAnswer<Page<Rollout>>('/rollouts', params, { topics: ['rollouts'], enabled: may })
  const rows = found.data?.items ?? []
  if (!may || rows.length === 0) return null
  return (
    <Alert
      variant="default"
      icon={<Glyph name="question" />}
      title={t('rollouts.awaiting', { count: rows.length })}
      className="rollouts-awaiting"
    >
      <Stack gap={6}>
        {rows.map((row) => (
          <AwaitingRow key={row.id} row={row} />
        ))}
      </Stack>
    </Alert>
  )
}

function AwaitingRow({ row }: { readonly row: Rollout }) {
  const { t } = useWords()
  const me = useMe().data
  const isOwn = row.policy.twoPersons === true && me?.actor === row.createdBy
  return (
    <Group gap="sm">
      <span>
        <b>{row.name}</b> · <Version digits={row.package.version} /> ·{' '}
        {t('rollouts.madeBy', { name: row.createdBy })} · <Ago at={row.createdAt} />
      </span>
      {isOwn ? (
        <span className="rollouts-quiet">{t('rollouts.ownPlan')}</span>
      ) : (
        <Anchor component={Link} to={`/rollouts/${row.id}` as string} size="sm">
          {t('rollouts.look')}
        </Anchor>
      )}
    </Group>
  )
}
