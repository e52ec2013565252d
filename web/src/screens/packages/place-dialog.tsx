/** To which store servers a package goes, or from which it is taken: whom it touches is asked before it is done. */
import { MultiSelect, SegmentedControl, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import { post } from '../../api/client.ts'
import { useChange, useList, useMay } from '../../api/hooks.ts'
import { usePreview } from '../../api/preview.ts'
import type { Distributed, NameCount, Store } from '../../api/types.ts'
import { Confirm } from '../../parts/confirm.tsx'
import { Glyph } from '../../parts/glyph.tsx'
import { Answered, ProblemNotice } from '../../parts/notices.tsx'
import { useWords } from '../../words/language.ts'

type Verb = 'distribute' | 'withdraw'
interface Whom {
  readonly by: 'all' | 'groups' | 'stores' | undefined
  readonly groups: readonly string[]
  readonly stores: readonly string[]
}
/** Brought to all is the usual; taken from all is never meant by nobody's choice. */
const begins: Readonly<Record<Verb, Whom>> = {
  distribute: { by: 'all', groups: [], stores: [] },
  withdraw: { by: undefined, groups: [], stores: [] },
}

/** Undefined: nothing is chosen yet. */
function bodyOf({ by, groups, stores }: Whom): object | undefined {
  if (by === undefined) return undefined
  if (by === 'all') return { selection: {} }
  if (by === 'groups') return groups.length === 0 ? undefined : { selection: { groups } }
  return stores.length === 0 ? undefined : { stores }
}

interface PlaceDialogProps {
  readonly id: string
  readonly verb: Verb
  readonly onClose: () => void
}
export function PlaceDialog({ id, verb, onClose }: PlaceDialogProps) {
  const { t } = useWords()
  const may = useMay('packages.write')
  const [whom, setWhom] = useState(begins[verb])
  const body = bodyOf(whom)
  const path = `/packages/${id}/${verb}`
  const preview = usePreview<Distributed>(path, body, ['stores'], may)
  const send = useChange(() => post<Distributed>(path, body, { setsState: true }), ['storePackages'])
  const sent = send.data
  const stores = preview.isError ? 0 : (preview.data?.stores ?? 0)
  return (
    <Confirm
      isOpen
      title={t(`packages.dialog.${verb}`)}
      yes={sent === undefined ? t(`packages.${verb}`) : t('common.close')}
      isDangerous={verb === 'withdraw' && sent === undefined}
      isBusy={send.isPending}
      isAllowed={sent !== undefined || (may && body !== undefined && stores > 0)}
      error={send.error}
      onYes={() => (sent === undefined ? send.mutate(undefined) : onClose())}
      onClose={onClose}
    >
      {sent === undefined ? (
        <Stack gap="sm">
          <WhomFields whom={whom} onChange={setWhom} />
          <Text size="sm">{t(`packages.consequence.${verb}`)}</Text>
          {verb === 'withdraw' ? (
            <Text size="sm" className="packages-danger">
              <Glyph name="bang" /> {t('packages.withdrawDanger')}
            </Text>
          ) : null}
          {body === undefined ? (
            <Text size="sm" c="dimmed">
              {t('packages.chooseFirst')}
            </Text>
          ) : (
            <>
              <Answered answer={preview}>{(found) => <Touched found={found} />}</Answered>
              {preview.isError && preview.data !== undefined ? <ProblemNotice error={preview.error} /> : null}
            </>
          )}
        </Stack>
      ) : (
        <Text size="sm" role="status">
          <Glyph name="check" />{' '}
          {sent.changed === 0 ? t('packages.sentNothing') : t('packages.sent', { count: sent.changed ?? 0 })}
        </Text>
      )}
    </Confirm>
  )
}

const SHOWN = 40

function Touched({ found: { stores, items } }: { readonly found: Distributed }) {
  const { t } = useWords()
  const more = stores - Math.min(SHOWN, items.length)
  return (
    <div className="packages-touched">
      <Text size="sm" fw={600} role="status">
        {t('packages.reaches', { count: stores })}
      </Text>
      <Text size="sm" c="dimmed">
        {items.slice(0, SHOWN).join(', ')}
        {more > 0 ? ` ${t('packages.andMore', { count: more })}` : null}
      </Text>
    </div>
  )
}

interface WhomFieldsProps {
  readonly whom: Whom
  readonly onChange: (whom: Whom) => void
}
function WhomFields({ whom, onChange }: WhomFieldsProps) {
  const { t } = useWords()
  return (
    <>
      <SegmentedControl
        size="sm"
        aria-label={t('packages.whom')}
        // Of nothing that is chosen none is marked.
        value={whom.by ?? ''}
        onChange={(by) => onChange({ ...whom, by: by as Whom['by'] })}
        data={[
          { value: 'all', label: t('packages.whomAll') },
          { value: 'groups', label: t('packages.whomGroups') },
          { value: 'stores', label: t('packages.whomStores') },
        ]}
      />
      {whom.by === 'groups' ? (
        <GroupField value={whom.groups} onChange={(groups) => onChange({ ...whom, groups })} />
      ) : null}
      {whom.by === 'stores' ? (
        <StoreField value={whom.stores} onChange={(stores) => onChange({ ...whom, stores })} />
      ) : null}
    </>
  )
}

interface NamesProps {
  readonly value: readonly string[]
  readonly onChange: (value: string[]) => void
}
function GroupField({ value, onChange }: NamesProps) {
  const { t } = useWords()
  const groups = useList<NameCount>('/groups', { limit: 500 })
  return (
    <MultiSelect
      label={t('packages.chooseGroups')}
      data={groups.rows.map(({ name }) => name)}
      value={[...value]}
      onChange={onChange}
      searchable
      nothingFoundMessage={t('common.nothingFound')}
    />
  )
}

/** As the filter language reads words: what would be an operator of it is quoted. */
const quoted = (text: string): string =>
  text.trim() === '' ? '' : `"${text.trim().replace(/["\\]/g, '\\$&')}"`

function StoreField({ value, onChange }: NamesProps) {
  const { t } = useWords()
  const [text, setText] = useState('')
  const stores = useList<Store>('/stores', { filter: quoted(text), limit: 50 })
  const found = stores.rows.map(({ code, name }) => ({ value: code, label: `${name} (${code})` }))
  const chosen = value
    .filter((code) => !found.some((one) => one.value === code))
    .map((code) => ({ value: code, label: code }))
  return (
    <MultiSelect
      label={t('packages.chooseStores')}
      data={[...found, ...chosen]}
      value={[...value]}
      onChange={onChange}
      searchable
      searchValue={text}
      onSearchChange={setText}
      filter={({ options }) => options}
      nothingFoundMessage={t('common.nothingFound')}
    />
  )
}
