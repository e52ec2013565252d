/** A token may no more than who makes it. Its secret is shown this once. */
import { Button, Group, Modal, MultiSelect, Select, Stack, Text, TextInput } from '@mantine/core'
import { useState } from 'react'
import { ask, post } from '../../../api/client.ts'
import { useChange, useMe } from '../../../api/hooks.ts'
import type { Me, TokenMade } from '../../../api/types.ts'
import { serverNow } from '../../../format/now.ts'
import { Answered, ProblemNotice } from '../../../parts/notices.tsx'
import { useWords } from '../../../words/language.ts'
import { CopyField } from '../copy-field.tsx'
import { NamesSelect } from '../names-select.tsx'
import { RoleSelect } from '../role-select.tsx'
import { mayOf, type Role, rolesUpTo } from '../roles.ts'
import { Told } from '../told.tsx'

const NAME = /^[\p{L}\p{N}][\p{L}\p{N} ._@-]{0,63}$/u
const spans = { month: 30, quarter: 90, year: 365, never: null } as const
type SpanName = keyof typeof spans
const spanNames = Object.keys(spans) as SpanName[]
const DAY_MS = 86_400_000

interface Draft {
  readonly name: string
  readonly role: Role
  readonly scopes: readonly string[]
  readonly storeGroups: readonly string[]
  readonly span: SpanName
  /** When it was written so: the same draft is the same request, to the second. */
  readonly since: number
}
const bodyOf = ({ name, role, scopes, storeGroups, span, since }: Draft) => ({
  name: name.trim(),
  role,
  ...(scopes.length === 0 ? {} : { scopes }),
  ...(storeGroups.length === 0 ? {} : { storeGroups }),
  ...(spans[span] === null ? {} : { expiresAt: new Date(since + spans[span] * DAY_MS).toISOString() }),
})

const LONGEST = 64
/** A name is of one token for ever, of a revoked one too: `backup`, `backup 2`, `backup 3`. */
function nextName(name: string): string {
  const [, stem = name, number = '1'] = /^(.*?)(?: (\d{1,4}))?$/.exec(name) ?? []
  const end = ` ${Number(number) + 1}`
  return `${stem.slice(0, LONGEST - end.length)}${end}`
}

/** Without its secret: it was made by a press whose answer was lost. */
type Made = Partial<TokenMade> & { readonly id: string }

export function MakeToken({ onClose }: { readonly onClose: () => void }) {
  const { t } = useWords()
  const me = useMe()
  return (
    <Modal
      opened
      onClose={onClose}
      // A stray click must not take the secret away that is shown this once.
      closeOnClickOutside={false}
      title={t('settings.tokens.make')}
      centered
      size="lg"
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <Answered answer={me}>{(who) => <TokenForm me={who} onClose={onClose} />}</Answered>
    </Modal>
  )
}

function TokenForm({ me, onClose }: { readonly me: Me; readonly onClose: () => void }) {
  const { t } = useWords()
  const among = rolesUpTo(me.role)
  const [draft, setDraft] = useState<Draft>({
    name: '',
    role: among[0] ?? 'viewer',
    scopes: [],
    storeGroups: [],
    span: 'quarter',
    since: serverNow(),
  })
  const change = (part: Partial<Draft>) => setDraft((former) => ({ ...former, ...part, since: serverNow() }))
  const make = useChange(() => post<Made>('/tokens', bodyOf(draft)), ['tokens'])
  const isName = NAME.test(draft.name.trim())
  const name = draft.name.trim()
  const again = () => {
    make.reset()
    change({ name: nextName(name) })
  }
  if (make.data?.token !== undefined) return <Secret name={name} secret={make.data.token} onClose={onClose} />
  if (make.data !== undefined)
    return <Lost name={name} id={make.data.id} onRevoked={again} onClose={onClose} />
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        make.mutate(undefined)
      }}
    >
      <Stack>
        <TextInput
          label={t('settings.tokens.name')}
          description={t('settings.tokens.nameHint')}
          value={draft.name}
          maxLength={64}
          autoComplete="off"
          error={draft.name === '' || isName ? undefined : t('problems.fieldInvalid')}
          onChange={(event) => change({ name: event.currentTarget.value })}
          data-autofocus
        />
        <RoleSelect value={draft.role} among={among} onChange={(role) => change({ role, scopes: [] })} />
        <MultiSelect
          label={t('settings.tokens.scopes')}
          description={t('settings.tokens.scopesHint')}
          placeholder={draft.scopes.length === 0 ? t('settings.tokens.allOfRole') : ''}
          data={mayOf(draft.role)
            .filter((one) => me.permissions.includes(one))
            .map((one) => ({
              value: one,
              label: t(`settings.permissions.${one.replace('.', '_')}`, { defaultValue: one }),
            }))}
          value={[...draft.scopes]}
          searchable
          onChange={(scopes) => change({ scopes })}
        />
        <NamesSelect
          of="groups"
          label={t('settings.people.groups')}
          description={t('settings.tokens.groupsHint')}
          none={t('settings.tokens.sameStores')}
          value={draft.storeGroups}
          onChange={(storeGroups) => change({ storeGroups })}
        />
        <Select
          label={t('settings.tokens.expires')}
          value={draft.span}
          allowDeselect={false}
          data={spanNames.map((one) => ({ value: one, label: t(`settings.tokens.spans.${one}`) }))}
          onChange={(span) => change({ span: spanNames.find((one) => one === span) ?? 'quarter' })}
        />
        {make.error == null ? null : <ProblemNotice error={make.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('common.cancel')}
          </Button>
          <Button type="submit" loading={make.isPending} disabled={!isName}>
            {t('settings.tokens.make')}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

interface SecretProps {
  readonly name: string
  readonly secret: string
  readonly onClose: () => void
}
function Secret({ name, secret, onClose }: SecretProps) {
  const { t } = useWords()
  return (
    <Stack>
      <Told tone="warn" glyph="lock" role="status" title={t('settings.tokens.once', { name })}>
        <Stack gap="xs">
          <CopyField label={t('settings.tokens.secret')} value={secret} />
          <Text size="sm">{t('settings.tokens.onceHint')}</Text>
        </Stack>
      </Told>
      <Group justify="flex-end">
        <Button onClick={onClose}>{t('common.close')}</Button>
      </Group>
    </Stack>
  )
}

interface LostProps {
  readonly name: string
  readonly id: string
  readonly onRevoked: () => void
  readonly onClose: () => void
}
/** Nobody knows its secret, and it is valid all the same: it goes before another one comes. */
function Lost({ name, id, onRevoked, onClose }: LostProps) {
  const { t } = useWords()
  const revoke = useChange(() => ask('DELETE', `/tokens/${id}`), ['tokens', 'users'])
  return (
    <Stack>
      <Told tone="warn" glyph="question" role="alert" title={t('settings.tokens.lost', { name })}>
        <Text size="sm">{t('settings.tokens.lostHint')}</Text>
      </Told>
      {revoke.error == null ? null : <ProblemNotice error={revoke.error} />}
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          {t('common.close')}
        </Button>
        <Button
          loading={revoke.isPending}
          onClick={() => revoke.mutate(undefined, { onSuccess: onRevoked })}
          data-autofocus
        >
          {t('settings.tokens.lostRevoke')}
        </Button>
      </Group>
    </Stack>
  )
}
