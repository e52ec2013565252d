/** Who may sign in, and as what. */
import { Group, Stack, Text } from '@mantine/core'
import { useAnswer } from '../../../api/hooks.ts'
import type { User } from '../../../api/types.ts'
import { ActButton } from '../../../parts/act-button.tsx'
import { type Column, ListTable } from '../../../parts/list-table.tsx'
import { Mark } from '../../../parts/mark.tsx'
import { Answered } from '../../../parts/notices.tsx'
import { Ago } from '../../../parts/values.tsx'
import { useParam } from '../../../route-params.ts'
import { useWords } from '../../../words/language.ts'
import { localList } from '../local-list.ts'
import { Locked } from '../locked.tsx'
import { isRole } from '../roles.ts'
import { useLock } from '../sections.ts'
import { AddUser } from './add-user.tsx'
import { UserDrawer } from './user-drawer.tsx'

/** In the place of an id: somebody new. */
const NEW = 'new'

export function PeopleSection() {
  const lock = useLock()('people')
  return lock === undefined ? <People /> : <Locked why={lock} />
}

function People() {
  const { t } = useWords()
  const [id, setId] = useParam('id')
  const users = useAnswer<{ items: readonly User[] }>('/users', {}, { topics: ['users'] })
  const open = users.data?.items.find((user) => user.id === id)
  const close = () => setId(undefined)
  return (
    <Stack gap="sm">
      <Group justify="space-between">
        <Text size="sm" c="dimmed">
          {t('settings.people.meaning')}
        </Text>
        <ActButton permission="users.manage" variant="filled" onClick={() => setId(NEW)}>
          {t('settings.people.add')}
        </ActButton>
      </Group>
      <Answered answer={users}>
        {({ items }) => <UserTable users={items} current={id} onOpen={(user) => setId(user.id)} />}
      </Answered>
      {id === NEW ? <AddUser onClose={close} /> : null}
      {open === undefined ? null : <UserDrawer key={open.id} user={open} onClose={close} />}
    </Stack>
  )
}

interface UserTableProps {
  readonly users: readonly User[]
  readonly current: string | undefined
  readonly onOpen: (user: User) => void
}
function UserTable({ users, current, onOpen }: UserTableProps) {
  const { t } = useWords()
  const columns: readonly Column<User>[] = [
    {
      id: 'login',
      title: t('settings.people.login'),
      width: 'minmax(120px, 1fr)',
      cell: ({ login }) => <strong>{login}</strong>,
    },
    { id: 'name', title: t('settings.people.name'), width: 'minmax(140px, 1.4fr)', cell: ({ name }) => name },
    {
      id: 'role',
      title: t('settings.people.role'),
      width: '140px',
      cell: ({ role }) => (isRole(role) ? t(`shell.role.${role}`) : role),
    },
    {
      id: 'groups',
      title: t('settings.people.groups'),
      width: 'minmax(170px, 1fr)',
      cell: ({ storeGroups }) => <GroupNames names={storeGroups} />,
    },
    {
      id: 'state',
      title: t('settings.people.state'),
      width: '170px',
      cell: (user) => <UserMark user={user} />,
    },
    {
      id: 'lastSignIn',
      title: t('settings.people.lastSignIn'),
      width: '150px',
      cell: ({ lastSignInAt }) =>
        lastSignInAt === null ? t('settings.people.never') : <Ago at={lastSignInAt} />,
    },
  ]
  return (
    <ListTable
      label={t('settings.sections.people')}
      list={localList(users)}
      columns={columns}
      keyOf={({ id }) => id}
      nameOf={({ login }) => login}
      current={current}
      onOpen={onOpen}
    />
  )
}

export function GroupNames({ names }: { readonly names: readonly string[] }) {
  const { t } = useWords()
  const text = names.length === 0 ? t('settings.people.wholeChain') : names.join(', ')
  return <span title={text}>{text}</span>
}

export function UserMark({ user: { disabledAt, signsInBy } }: { readonly user: User }) {
  const { t } = useWords()
  if (disabledAt !== null) return <Mark tone="off" glyph="off" label={t('settings.people.disabled')} />
  if (signsInBy === 'nothing')
    return <Mark tone="warn" glyph="clock" label={t('settings.people.noPassword')} />
  return <Mark tone="good" glyph="check" label={t(`settings.people.by.${signsInBy}`)} />
}
