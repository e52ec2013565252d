/** Somebody new: made, and then a link by which they choose their password themselves. */
import { Button, Group, Modal, Stack, TextInput } from '@mantine/core'
import { useState } from 'react'
import { post } from '../../../api/client.ts'
import { useChange } from '../../../api/hooks.ts'
import type { User } from '../../../api/types.ts'
import { ProblemNotice } from '../../../parts/notices.tsx'
import { useWords } from '../../../words/language.ts'
import { NamesSelect } from '../names-select.tsx'
import { RoleSelect } from '../role-select.tsx'
import type { Role } from '../roles.ts'
import { PasswordLink } from './password-link.tsx'

interface Draft {
  readonly login: string
  readonly name: string
  readonly role: Role
  readonly storeGroups: readonly string[]
}
const LOGIN = /^[a-z0-9._@-]{1,64}$/i

export function AddUser({ onClose }: { readonly onClose: () => void }) {
  const { t } = useWords()
  const [draft, setDraft] = useState<Draft>({ login: '', name: '', role: 'operator', storeGroups: [] })
  const change = (part: Partial<Draft>) => setDraft((former) => ({ ...former, ...part }))
  const add = useChange(() => post<User>('/users', { ...draft, name: draft.name.trim() }), ['users'])
  const isLogin = LOGIN.test(draft.login)
  const made = add.data
  return (
    <Modal
      opened
      onClose={onClose}
      title={
        made === undefined ? t('settings.people.add') : t('settings.people.added', { login: made.login })
      }
      centered
      size="lg"
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      {made === undefined ? (
        <form
          onSubmit={(event) => {
            event.preventDefault()
            add.mutate(undefined)
          }}
        >
          <Stack>
            <TextInput
              label={t('settings.people.login')}
              description={t('settings.people.loginHint')}
              value={draft.login}
              autoComplete="off"
              error={draft.login === '' || isLogin ? undefined : t('problems.fieldInvalid')}
              onChange={(event) => change({ login: event.currentTarget.value.trim() })}
              data-autofocus
            />
            <TextInput
              label={t('settings.people.name')}
              value={draft.name}
              maxLength={200}
              autoComplete="off"
              onChange={(event) => change({ name: event.currentTarget.value })}
            />
            <RoleSelect value={draft.role} onChange={(role) => change({ role })} />
            <NamesSelect
              of="groups"
              label={t('settings.people.groups')}
              description={t('settings.people.groupsHint')}
              none={t('settings.people.wholeChain')}
              value={draft.storeGroups}
              onChange={(storeGroups) => change({ storeGroups })}
            />
            {add.error == null ? null : <ProblemNotice error={add.error} />}
            <Group justify="flex-end">
              <Button variant="default" onClick={onClose}>
                {t('common.cancel')}
              </Button>
              <Button type="submit" loading={add.isPending} disabled={!isLogin || draft.name.trim() === ''}>
                {t('settings.people.add')}
              </Button>
            </Group>
          </Stack>
        </form>
      ) : (
        <Stack>
          <PasswordLink user={made} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t('common.close')}
            </Button>
          </Group>
        </Stack>
      )}
    </Modal>
  )
}
