import { Stack, Text } from '@mantine/core'
import { post } from '../../../api/client.ts'
import { useChange } from '../../../api/hooks.ts'
import type { User } from '../../../api/types.ts'
import { ActButton } from '../../../parts/act-button.tsx'
import { ProblemNotice } from '../../../parts/notices.tsx'
import { Moment } from '../../../parts/values.tsx'
import { useWords } from '../../../words/language.ts'
import { CopyField } from '../copy-field.tsx'
import { Told } from '../told.tsx'

/** Without both: it was made by a press whose answer was lost, and is kept nowhere. */
interface Link {
  readonly url?: string
  readonly expiresAt?: string
}

/** Shown this once: who has it becomes that person. */
export function PasswordLink({ user }: { readonly user: User }) {
  const { t } = useWords()
  // Pressed once more because nothing came back, it is the same request: that one's link may come late, and end this one.
  const make = useChange(() => post<Link>(`/users/${user.id}/link`), ['users'])
  const why =
    user.disabledAt !== null
      ? t('settings.people.disabled')
      : user.signsInBy === 'oidc'
        ? t('settings.people.by.oidc')
        : undefined
  const url = make.data?.url
  if (make.data !== undefined && url !== undefined)
    return (
      <Told
        tone="warn"
        glyph="lock"
        role="status"
        title={t('settings.people.linkOnce', { login: user.login })}
      >
        <Stack gap="xs">
          <CopyField label={t('settings.people.link')} value={url} />
          <Text size="sm">
            {t('settings.people.linkMeans')} <Moment at={make.data.expiresAt} />
          </Text>
        </Stack>
      </Told>
    )
  return (
    <Stack gap="xs" align="flex-start">
      <Text size="sm">
        {t(user.signsInBy === 'password' ? 'settings.people.linkAgainHint' : 'settings.people.linkHint')}
      </Text>
      <ActButton
        permission="users.manage"
        loading={make.isPending}
        why={why}
        onClick={() => make.mutate(undefined)}
      >
        {t('settings.people.makeLink')}
      </ActButton>
      {make.data === undefined ? null : (
        <Told tone="warn" glyph="question" role="alert" title={t('settings.people.linkLost')}>
          <Text size="sm">{t('settings.people.linkLostHint')}</Text>
        </Told>
      )}
      {make.error == null ? null : <ProblemNotice error={make.error} />}
    </Stack>
  )
}
