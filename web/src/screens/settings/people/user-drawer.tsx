/** One person: what they may, how they come in, and where they are signed in. */
import { Drawer, Group, Stack, Text, TextInput } from '@mantine/core'
import { useState } from 'react'
import { ask } from '../../../api/client.ts'
import { useChange, useMe } from '../../../api/hooks.ts'
import type { User } from '../../../api/types.ts'
import { ActButton } from '../../../parts/act-button.tsx'
import { Confirm } from '../../../parts/confirm.tsx'
import { ProblemNotice } from '../../../parts/notices.tsx'
import { Moment } from '../../../parts/values.tsx'
import { useWords } from '../../../words/language.ts'
import { NamesSelect } from '../names-select.tsx'
import { RoleSelect } from '../role-select.tsx'
import { isRole, type Role } from '../roles.ts'
import { PasswordLink } from './password-link.tsx'
import { UserMark } from './people-section.tsx'
import { UserSessions } from './user-sessions.tsx'

interface UserDrawerProps {
  readonly user: User
  readonly onClose: () => void
}
export function UserDrawer({ user, onClose }: UserDrawerProps) {
  const { t } = useWords()
  return (
    <Drawer
      opened
      onClose={onClose}
      position="right"
      size="lg"
      title={`${user.name} (${user.login})`}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <Stack gap="lg">
        <Group gap="sm">
          <UserMark user={user} />
          <Text size="sm" c="dimmed">
            {t('settings.people.createdBy', { name: user.createdBy })} · <Moment at={user.createdAt} />
          </Text>
        </Group>
        <UserForm user={user} />
        <section className="settings-stack" aria-label={t('settings.people.link')}>
          <h2 className="settings-panel-title">{t('settings.people.link')}</h2>
          <PasswordLink user={user} />
        </section>
        <UserSessions user={user} />
        <DisableUser user={user} />
      </Stack>
    </Drawer>
  )
}

interface Draft {
  readonly name: string
  readonly role: Role
  readonly storeGroups: readonly string[]
}
type Change = Partial<Draft> & { readonly disabled?: boolean }

/** As it was seen: another administrator's change is not written over. */
const useChangeUser = ({ id, revision }: User) =>
  useChange<Change, User>(
    (body) => ask('PATCH', `/users/${id}`, { body, ifMatch: `"${revision}"` }),
    ['users', 'tokens'],
  )

const isSame = (a: readonly string[], b: readonly string[]): boolean =>
  JSON.stringify([...a].sort()) === JSON.stringify([...b].sort())

function UserForm({ user }: { readonly user: User }) {
  const { t } = useWords()
  const role: Role = isRole(user.role) ? user.role : 'viewer'
  const own: Draft = { name: user.name, role, storeGroups: user.storeGroups }
  const [draft, setDraft] = useState<Draft>(own)
  /** Whom the editing began with: what another administrator changes meanwhile neither takes it away nor is lost. */
  const [seen, setSeen] = useState(user)
  const change = (part: Partial<Draft>) => setDraft((former) => ({ ...former, ...part }))
  const save = useChangeUser(seen)
  const isEnding = draft.role !== role || !isSame(draft.storeGroups, user.storeGroups)
  const isChanged = isEnding || draft.name.trim() !== user.name
  const isAsSeen =
    draft.name === seen.name && draft.role === seen.role && isSame(draft.storeGroups, seen.storeGroups)
  if (seen !== user && (!isChanged || isAsSeen) && !save.isPending) {
    setSeen(user)
    setDraft(own)
  }
  return (
    <section className="settings-stack" aria-label={t('settings.people.rights')}>
      <h2 className="settings-panel-title">{t('settings.people.rights')}</h2>
      <TextInput
        label={t('settings.people.name')}
        value={draft.name}
        maxLength={200}
        onChange={(event) => change({ name: event.currentTarget.value })}
      />
      <RoleSelect value={draft.role} onChange={(next) => change({ role: next })} />
      <NamesSelect
        of="groups"
        label={t('settings.people.groups')}
        description={t('settings.people.groupsHint')}
        none={t('settings.people.wholeChain')}
        value={draft.storeGroups}
        onChange={(storeGroups) => change({ storeGroups })}
      />
      {isEnding ? <Text size="sm">{t('settings.people.endsSessions')}</Text> : null}
      {save.error == null ? null : <ProblemNotice error={save.error} />}
      <Group gap="xs">
        <ActButton
          permission="users.manage"
          variant="filled"
          loading={save.isPending}
          why={isChanged && draft.name.trim() !== '' ? undefined : t('settings.people.unchanged')}
          onClick={() => save.mutate({ ...draft, name: draft.name.trim() })}
        >
          {t('common.save')}
        </ActButton>
        {isChanged ? (
          <ActButton
            permission="users.manage"
            onClick={() => {
              save.reset()
              setSeen(user)
              setDraft(own)
            }}
          >
            {t('common.cancel')}
          </ActButton>
        ) : null}
      </Group>
    </section>
  )
}

function DisableUser({ user }: { readonly user: User }) {
  const { t } = useWords()
  const me = useMe().data
  const [isAsking, setAsking] = useState(false)
  const save = useChangeUser(user)
  const isDisabled = user.disabledAt !== null
  const close = () => {
    setAsking(false)
    save.reset()
  }
  if (isDisabled)
    return (
      <Stack gap="xs" align="flex-start">
        <Text size="sm">
          {t('settings.people.disabledSince')} <Moment at={user.disabledAt} />
        </Text>
        <ActButton
          permission="users.manage"
          loading={save.isPending}
          onClick={() => save.mutate({ disabled: false })}
        >
          {t('settings.people.enable')}
        </ActButton>
        {save.error == null ? null : <ProblemNotice error={save.error} />}
      </Stack>
    )
  return (
    <Group>
      <ActButton
        permission="users.manage"
        classNames={{ label: 'settings-bad' }}
        onClick={() => setAsking(true)}
      >
        {t('settings.people.disable')}
      </ActButton>
      <Confirm
        isOpen={isAsking}
        title={t('settings.people.disableTitle', { login: user.login })}
        yes={t('settings.people.disable')}
        isDangerous
        isBusy={save.isPending}
        error={save.error}
        onYes={() => save.mutate({ disabled: true }, { onSuccess: close })}
        onClose={close}
      >
        <Text size="sm">{t('settings.people.disableMeans')}</Text>
        {me?.userId === user.id ? (
          <Text size="sm" fw={600} className="settings-bad">
            {t('settings.people.thatIsYou')}
          </Text>
        ) : null}
      </Confirm>
    </Group>
  )
}
