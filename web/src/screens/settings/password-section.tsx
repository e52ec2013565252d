/** One's own password. */
import { Button, Checkbox, Group, PasswordInput, Stack, Text } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { post } from '../../api/client.ts'
import { useChange, useMe } from '../../api/hooks.ts'
import { ProblemNotice } from '../../parts/notices.tsx'
import { useWords } from '../../words/language.ts'
import { Locked } from './locked.tsx'
import { useLock } from './sections.ts'
import { Told } from './told.tsx'

export function PasswordSection() {
  const lock = useLock()('password')
  return lock === undefined ? <PasswordForm /> : <Locked why={lock} />
}

interface Draft {
  readonly current: string
  readonly password: string
  readonly again: string
  readonly keepTokens: boolean
}
const START: Draft = { current: '', password: '', again: '', keepTokens: false }
const SHORTEST = 12

function PasswordForm() {
  const { t } = useWords()
  const login = useMe().data?.actor
  const [draft, setDraft] = useState(START)
  const change = (part: Partial<Draft>) => setDraft((former) => ({ ...former, ...part }))
  const { current, password, again, keepTokens } = draft
  const save = useChange(
    () => post<{ tokensRevoked: number }>('/session/password', { current, password, keepTokens }),
    ['users', 'tokens'],
  )
  const isLong = password.length >= SHORTEST && password !== login
  const isReady = current !== '' && isLong && password === again
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (isReady) save.mutate(undefined, { onSuccess: () => setDraft(START) })
  }
  const field = (name: 'current' | 'password' | 'again', autoComplete: string, error?: string) => (
    <PasswordInput
      label={t(`settings.password.${name}`)}
      description={name === 'password' ? t('settings.password.rules') : undefined}
      value={draft[name]}
      autoComplete={autoComplete}
      error={error}
      visibilityToggleButtonProps={{ 'aria-label': t('settings.password.show') }}
      onChange={(event) => {
        change({ [name]: event.currentTarget.value })
        if (save.data !== undefined || save.error !== null) save.reset()
      }}
    />
  )
  return (
    <form onSubmit={submit} className="settings-narrow">
      <Stack>
        <input type="text" hidden readOnly autoComplete="username" value={login ?? ''} />
        {field('current', 'current-password')}
        {field(
          'password',
          'new-password',
          password === '' || isLong ? undefined : t('problems.passwordWeak'),
        )}
        {field(
          'again',
          'new-password',
          again === '' || again === password ? undefined : t('settings.password.differ'),
        )}
        <Checkbox
          label={t('settings.password.keepTokens')}
          description={t('settings.password.keepTokensHint')}
          checked={keepTokens}
          onChange={(event) => change({ keepTokens: event.currentTarget.checked })}
        />
        <Text size="sm" c="dimmed">
          {t('settings.password.ends')}
        </Text>
        {save.error == null ? null : <ProblemNotice error={save.error} />}
        {save.data === undefined ? null : (
          <Told tone="good" glyph="check" role="status" title={t('settings.password.done')}>
            {t('settings.password.tokensEnded', { count: save.data.tokensRevoked })}
          </Told>
        )}
        <Group>
          <Button type="submit" loading={save.isPending} disabled={!isReady}>
            {t('settings.password.change')}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
