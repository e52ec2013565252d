import { CloseButton, TextInput } from '@mantine/core'
import { useEffect, useRef, useState } from 'react'
import { useParam } from '../route-params.ts'
import { useWords } from '../words/language.ts'

const REST_MS = 300

/** The list's filter language in one line, kept in the address once the typing rests. */
export function FilterBox({ label }: { readonly label?: string }) {
  const { t } = useWords()
  const [filter, setFilter] = useParam('filter')
  const [text, setText] = useState(filter ?? '')
  const timer = useRef<number>(undefined)
  /** What comes back from the address as it was written there is no news: more may be typed by then. */
  const written = useRef(filter)
  useEffect(() => {
    if (filter !== written.current) setText(filter ?? '')
    written.current = filter
  }, [filter])
  useEffect(() => () => clearTimeout(timer.current), [])
  const write = (next: string) => {
    written.current = next.trim() === '' ? undefined : next
    setFilter(written.current)
  }
  const change = (next: string) => {
    setText(next)
    clearTimeout(timer.current)
    timer.current = window.setTimeout(() => write(next), REST_MS)
  }
  return (
    <TextInput
      size="xs"
      className="filter-box"
      aria-label={label ?? t('common.filter')}
      placeholder={t('common.filterHint')}
      value={text}
      maxLength={1000}
      onChange={(event) => change(event.currentTarget.value)}
      onKeyDown={(event) => event.key === 'Enter' && write(text)}
      rightSection={
        text === '' ? null : (
          <CloseButton size="xs" aria-label={t('common.clear')} onClick={() => change('')} />
        )
      }
    />
  )
}
