/** The selector of the breadcrumb: `ООО "Вот это - магазин" (M1) ▼`, found by code or name at the server. */
import { Combobox, ScrollArea, TextInput, UnstyledButton, useCombobox } from '@mantine/core'
import { useNavigate, useRouterState } from '@tanstack/react-router'
import { useState } from 'react'
import { useList } from '../../api/hooks.ts'
import type { Store } from '../../api/types.ts'
import { useWords } from '../../words/language.ts'

interface StoreSelectProps {
  readonly code: string
  readonly name: string | undefined
}

/** What is typed is a text, not the filter language. */
const asText = (text: string): string =>
  text.trim() === '' ? '' : `"${text.trim().replace(/["\\]/g, '\\$&')}"`

export function StoreSelect({ code, name }: StoreSelectProps) {
  const { t } = useWords()
  const navigate = useNavigate()
  const tab = useRouterState({ select: (state) => state.location.pathname.split('/').at(-1) ?? 'tills' })
  const [text, setText] = useState('')
  const combobox = useCombobox({ onDropdownClose: () => setText('') })
  const stores = useList<Store>(
    '/stores',
    { filter: asText(text), limit: 50 },
    { enabled: combobox.dropdownOpened },
  )
  const go = (to: string) => {
    combobox.closeDropdown()
    void navigate({ to: `/stores/${encodeURIComponent(to)}/${tab}` as string })
  }
  return (
    <Combobox store={combobox} onOptionSubmit={go} width={360} position="bottom-start">
      <Combobox.Target targetType="button">
        <UnstyledButton
          className="store-select"
          aria-label={`${t('shell.chooseStore')}: ${name === undefined ? code : `${name} (${code})`}`}
          onClick={() => combobox.toggleDropdown()}
        >
          {name === undefined ? code : `${name} (${code})`} <span aria-hidden="true">▼</span>
        </UnstyledButton>
      </Combobox.Target>
      <Combobox.Dropdown>
        <Combobox.Search
          component={TextInput}
          size="xs"
          value={text}
          placeholder={t('common.search')}
          aria-label={t('common.search')}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <Combobox.Options aria-label={t('shell.chooseStore')}>
          <ScrollArea.Autosize mah={320} type="scroll">
            {stores.rows.map((store) => (
              <Combobox.Option key={store.code} value={store.code} active={store.code === code}>
                {`${store.name} (${store.code})`}
              </Combobox.Option>
            ))}
            {stores.rows.length > 0 || stores.isLoading ? null : (
              <Combobox.Empty>{t('common.nothingFound')}</Combobox.Empty>
            )}
          </ScrollArea.Autosize>
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  )
}
