/** Keys of programs: one's own, and everybody's for who manages users. */
import { Group, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import { ask } from '../../../api/client.ts'
import { useAnswer, useChange } from '../../../api/hooks.ts'
import type { Token } from '../../../api/types.ts'
import { serverNow } from '../../../format/now.ts'
import { ActButton } from '../../../parts/act-button.tsx'
import { Confirm } from '../../../parts/confirm.tsx'
import { type Column, ListTable } from '../../../parts/list-table.tsx'
import { Mark } from '../../../parts/mark.tsx'
import { Answered, EmptyNotice } from '../../../parts/notices.tsx'
import { Ago, Moment } from '../../../parts/values.tsx'
import { useParam } from '../../../route-params.ts'
import { useWords } from '../../../words/language.ts'
import { localList } from '../local-list.ts'
import { GroupNames } from '../people/people-section.tsx'
import { isRole } from '../roles.ts'
import { MakeToken } from './make-token.tsx'

const NEW = 'new'

export function TokensSection() {
  const { t } = useWords()
  const [id, setId] = useParam('id')
  const [revoking, setRevoking] = useState<Token>()
  const tokens = useAnswer<{ items: readonly Token[] }>('/tokens', {}, { topics: ['tokens', 'users'] })
  return (
    <Stack gap="sm">
      <Group justify="space-between">
        <Text size="sm" c="dimmed">
          {t('settings.tokens.meaning')}
        </Text>
        <ActButton permission="fleet.read" variant="filled" onClick={() => setId(NEW)}>
          {t('settings.tokens.make')}
        </ActButton>
      </Group>
      <Answered answer={tokens}>
        {({ items }) => <TokenTable tokens={items} onRevoke={setRevoking} />}
      </Answered>
      {id === NEW ? <MakeToken onClose={() => setId(undefined)} /> : null}
      {revoking === undefined ? null : (
        <RevokeToken token={revoking} onClose={() => setRevoking(undefined)} />
      )}
    </Stack>
  )
}

interface TokenTableProps {
  readonly tokens: readonly Token[]
  readonly onRevoke: (token: Token) => void
}
function TokenTable({ tokens, onRevoke }: TokenTableProps) {
  const { t } = useWords()
  const columns: readonly Column<Token>[] = [
    {
      id: 'name',
      title: t('settings.tokens.name'),
      width: 'minmax(110px, 1fr)',
      cell: ({ name }) => <strong title={name}>{name}</strong>,
    },
    {
      id: 'user',
      title: t('settings.tokens.user'),
      width: 'minmax(80px, 0.6fr)',
      cell: ({ user }) => user ?? t('settings.tokens.nobody'),
    },
    {
      id: 'role',
      title: t('settings.people.role'),
      width: 'minmax(130px, 1fr)',
      cell: ({ role, scopes }) => (
        <span title={scopes.join(', ')}>
          {isRole(role) ? t(`shell.role.${role}`) : role}
          {scopes.length === 0 ? '' : ` · ${t('settings.tokens.scopeCount', { count: scopes.length })}`}
        </span>
      ),
    },
    {
      id: 'groups',
      title: t('settings.people.groups'),
      width: 'minmax(145px, 0.8fr)',
      cell: ({ storeGroups }) => <GroupNames names={storeGroups} />,
    },
    {
      id: 'used',
      title: t('settings.tokens.used'),
      width: '140px',
      cell: ({ lastUsedAt }) => (lastUsedAt === null ? t('settings.people.never') : <Ago at={lastUsedAt} />),
    },
    {
      id: 'state',
      title: t('settings.people.state'),
      width: 'minmax(250px, 1.2fr)',
      cell: (token) => <TokenMark token={token} />,
    },
    {
      id: 'revoke',
      title: t('settings.own.action'),
      width: '115px',
      cell: (token) =>
        token.revokedAt === null ? (
          <ActButton
            permission="fleet.read"
            label={t('settings.tokens.revokeOf', { name: token.name })}
            onClick={() => onRevoke(token)}
          >
            {t('settings.tokens.revoke')}
          </ActButton>
        ) : null,
    },
  ]
  return (
    <ListTable
      label={t('settings.sections.tokens')}
      list={localList(tokens)}
      columns={columns}
      keyOf={({ id }) => id}
      nameOf={({ name }) => name}
      empty={<EmptyNotice title={t('settings.tokens.none')} hint={t('settings.tokens.noneHint')} />}
    />
  )
}

function TokenMark({ token: { revokedAt, expiresAt } }: { readonly token: Token }) {
  const { t } = useWords()
  if (revokedAt !== null)
    return (
      <>
        <Mark tone="off" glyph="off" label={t('settings.tokens.revoked')} /> <Moment at={revokedAt} />
      </>
    )
  if (expiresAt === null) return <Mark tone="warn" glyph="check" label={t('settings.tokens.forEver')} />
  const isOver = Date.parse(expiresAt) <= serverNow()
  return (
    <>
      <Mark
        tone={isOver ? 'off' : 'good'}
        glyph={isOver ? 'dash' : 'check'}
        label={t(isOver ? 'settings.tokens.expired' : 'settings.tokens.until')}
      />{' '}
      <Moment at={expiresAt} />
    </>
  )
}

function RevokeToken({ token, onClose }: { readonly token: Token; readonly onClose: () => void }) {
  const { t } = useWords()
  const revoke = useChange(() => ask('DELETE', `/tokens/${token.id}`), ['tokens', 'users'])
  return (
    <Confirm
      isOpen
      title={t('settings.tokens.revokeTitle', { name: token.name })}
      yes={t('settings.tokens.revoke')}
      isDangerous
      isBusy={revoke.isPending}
      error={revoke.error}
      onYes={() => revoke.mutate(undefined, { onSuccess: onClose })}
      onClose={onClose}
    >
      <Text size="sm">{t('settings.tokens.revokeMeans')}</Text>
    </Confirm>
  )
}
