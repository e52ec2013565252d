import { Group, NativeSelect, Select } from '@mantine/core'
import { useState } from 'react'
import { useList } from '../../api/hooks.ts'
import type { NameCount, Store, StoreWhole } from '../../api/types.ts'
import { useParams, useSetParams } from '../../route-params.ts'
import { useWords } from '../../words/language.ts'

/** What is typed is a text, not the filter language. */
const asText = (text: string): string =>
  text.trim() === '' ? '' : `"${text.trim().replace(/["\\]/g, '\\$&')}"`

const nameOf = ({ code, name }: Pick<Store, 'code' | 'name'>): string => `${name} (${code})`

interface StoreFieldProps {
  readonly label: string
  readonly isLabelSeen?: boolean
  readonly value: string | undefined
  /** Of the one that is chosen. */
  readonly name?: string | undefined
  readonly error?: string | undefined
  readonly onChange: (code: string | undefined) => void
}
/** One store of the chain, looked for at the server. */
export function StoreField({ label, isLabelSeen, value, name, error, onChange }: StoreFieldProps) {
  const { t } = useWords()
  const [text, setText] = useState('')
  const shown = value === undefined ? '' : (name ?? value)
  const stores = useList<Store>('/stores', { filter: text === shown ? '' : asText(text), limit: 50 })
  const found = stores.rows.map((store) => ({ value: store.code, label: nameOf(store) }))
  const isThere = value === undefined || found.some((one) => one.value === value)
  return (
    <Select
      size={isLabelSeen === true ? 'sm' : 'xs'}
      {...(isLabelSeen === true ? { label } : { 'aria-label': label })}
      className="schedule-store"
      placeholder={t('schedule.clearStore')}
      data={isThere ? found : [...found, { value: value ?? '', label: shown }]}
      value={value ?? null}
      error={error}
      onChange={(code) => onChange(code ?? undefined)}
      searchable
      clearable
      clearButtonProps={{ 'aria-label': t('common.clear') }}
      onSearchChange={setText}
      filter={({ options }) => options}
      nothingFoundMessage={t('common.nothingFound')}
    />
  )
}

export function useGroups(): readonly string[] {
  return useList<NameCount>('/groups', { limit: 500 }, { topics: ['stores'] }).rows.map(({ name }) => name)
}

/** A store, else a group, else the chain. */
export function ScopeSelect({ store }: { readonly store: StoreWhole | undefined }) {
  const { t } = useWords()
  const { store: code, group } = useParams()
  const set = useSetParams()
  const groups = useGroups()
  return (
    <Group gap="xs">
      <StoreField
        label={t('schedule.store')}
        value={code}
        name={store === undefined ? undefined : nameOf(store)}
        onChange={(next) => set({ store: next, group: undefined, kind: undefined }, { replace: true })}
      />
      <NativeSelect
        size="xs"
        aria-label={t('schedule.group')}
        value={code === undefined ? (group ?? '') : ''}
        onChange={(event) =>
          set({ group: event.currentTarget.value, store: undefined, kind: undefined }, { replace: true })
        }
        data={[
          { value: '', label: t('schedule.wholeChain') },
          ...groups.map((name) => ({ value: name, label: name })),
        ]}
      />
    </Group>
  )
}
