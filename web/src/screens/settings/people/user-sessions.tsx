import { Group, Text } from '@mantine/core'
import { ask } from '../../../api/client.ts'
import { useAnswer, useChange, useMe } from '../../../api/hooks.ts'
import type { Session, User } from '../../../api/types.ts'
import { ActButton } from '../../../parts/act-button.tsx'
import { Answered, ProblemNotice } from '../../../parts/notices.tsx'
import { Ago, Moment } from '../../../parts/values.tsx'
import { useWords } from '../../../words/language.ts'

export function UserSessions({ user }: { readonly user: User }) {
  const { t } = useWords()
  const path = `/users/${user.id}/sessions`
  const sessions = useAnswer<{ items: readonly Session[] }>(path, {}, { topics: ['users'] })
  /** Undefined: every one. */
  const end = useChange<string | undefined, void>(
    (id) => ask('DELETE', id === undefined ? path : `${path}/${id}`),
    ['users'],
  )
  const isOwn = useMe().data?.userId === user.id
  return (
    <section className="settings-stack" aria-label={t('settings.people.sessions')}>
      <Group justify="space-between">
        <h2 className="settings-panel-title">{t('settings.people.sessions')}</h2>
        <ActButton
          permission="users.manage"
          why={sessions.data?.items.length === 0 ? t('settings.people.noSessions') : undefined}
          onClick={() => end.mutate(undefined)}
        >
          {t('settings.people.endAll')}
        </ActButton>
      </Group>
      {isOwn ? (
        <Text size="sm" c="dimmed">
          {t('settings.people.ownSessions')}
        </Text>
      ) : null}
      {end.error == null ? null : <ProblemNotice error={end.error} />}
      <Answered answer={sessions}>
        {({ items }) =>
          items.length === 0 ? (
            <Text size="sm" c="dimmed">
              {t('settings.people.noSessions')}
            </Text>
          ) : (
            <ul className="settings-sessions">
              {items.map((session) => (
                <SessionRow
                  key={session.id}
                  session={session}
                  isBusy={end.isPending && end.variables === session.id}
                  onEnd={() => end.mutate(session.id)}
                />
              ))}
            </ul>
          )
        }
      </Answered>
    </section>
  )
}

interface SessionRowProps {
  readonly session: Session
  readonly isBusy: boolean
  readonly onEnd: () => void
}
function SessionRow({ session, isBusy, onEnd }: SessionRowProps) {
  const { t } = useWords()
  const { address, agent, createdAt, seenAt } = session
  const where = address ?? t('common.unknown')
  return (
    <li>
      <div className="settings-session">
        <Text size="sm">
          <strong>{where}</strong> · {t('settings.people.seen')} <Ago at={seenAt} />
        </Text>
        <Text size="xs" c="dimmed" truncate title={agent ?? undefined}>
          {t('settings.people.since')} <Moment at={createdAt} /> · {agent ?? t('common.unknown')}
        </Text>
      </div>
      <ActButton
        permission="users.manage"
        loading={isBusy}
        label={t('settings.people.endOf', { address: where })}
        onClick={onEnd}
      >
        {t('settings.people.end')}
      </ActButton>
    </li>
  )
}
