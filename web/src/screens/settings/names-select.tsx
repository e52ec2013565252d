import { MultiSelect } from '@mantine/core'
import { useState } from 'react'
import { useAnswer } from '../../api/hooks.ts'
import type { NameCount, Page, Store } from '../../api/types.ts'
import { useWords } from '../../words/language.ts'

interface NamesSelectProps {
  readonly of: 'stores' | 'groups' | 'labels'
  readonly label: string
  readonly description?: string | undefined
  /** What none of them means. */
  readonly none?: string | undefined
  readonly value: readonly string[]
  readonly onChange: (names: readonly string[]) => void
}

interface Choice {
  readonly value: string
  readonly label: string
}
/** Chosen ones stay listed, also when the search does not find them. */
const withChosen = (found: readonly Choice[], chosen: readonly string[]): Choice[] => [
  ...found,
  ...chosen
    .filter((one) => found.every(({ value }) => value !== one))
    .map((one) => ({ value: one, label: one })),
]

const asText = (text: string): string | undefined =>
  text.trim() === '' ? undefined : `"${text.trim().replace(/["\\]/g, '\\$&')}"`

/** Some of the stores, groups or labels that there are; found at the server. */
export function NamesSelect({ of, label, description, none, value, onChange }: NamesSelectProps) {
  const { t } = useWords()
  const [text, setText] = useState('')
  const isStores = of === 'stores'
  const params = isStores ? { filter: asText(text), limit: 100 } : { limit: 1000 }
  const found = useAnswer<Page<Store | NameCount>>(`/${of}`, params, { topics: ['stores', 'devices'] })
  const choices = (found.data?.items ?? []).map((one) =>
    'code' in one
      ? { value: one.code, label: `${one.code} · ${one.name}` }
      : { value: one.name, label: `${one.name} · ${t('settings.storeCount', { count: one.stores })}` },
  )
  return (
    <MultiSelect
      size="sm"
      label={label}
      description={description}
      placeholder={value.length === 0 ? (none ?? t('settings.names.any')) : ''}
      data={withChosen(choices, value)}
      value={[...value]}
      searchable
      searchValue={text}
      onSearchChange={setText}
      nothingFoundMessage={t('common.nothingFound')}
      onChange={onChange}
    />
  )
}
