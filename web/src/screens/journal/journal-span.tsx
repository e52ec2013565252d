/** From when to when: a choice that is made most, or two times by the viewer's clock. */
import { NativeSelect, Text, TextInput } from '@mantine/core'
import { useEffect, useRef } from 'react'
import { serverNow } from '../../format/now.ts'
import { viewerZone } from '../../format/time.ts'
import { useParams, useSetParams } from '../../route-params.ts'
import { useWords } from '../../words/language.ts'
import { type Ends, endOfField, endsOf, fieldOf, isBackwards, nameOf, readEnds, spanNames } from './span.ts'

const OWN = 'own'

/** Of the address: what it names, and how it is changed. */
export function useEnds(): [Ends, (ends: Ends) => void] {
  const { from, to } = useParams()
  const set = useSetParams()
  return [readEnds({ from, to }), (ends) => set({ from: ends.from, to: ends.to }, { replace: true })]
}

export function JournalSpan() {
  const { t } = useWords()
  const [ends, setEnds] = useEnds()
  const now = new Date(serverNow())
  const isAll = ends.from === undefined && ends.to === undefined
  const name = nameOf(ends, now)
  const choose = (value: string) => {
    const chosen = spanNames.find((one) => one === value)
    if (chosen !== undefined) setEnds(endsOf(chosen, now))
    else if (value === '') setEnds({})
  }
  return (
    <>
      <NativeSelect
        size="xs"
        aria-label={t('journal.span')}
        className="journal-select"
        data-chosen={!isAll || undefined}
        value={isAll ? '' : (name ?? OWN)}
        onChange={(event) => choose(event.currentTarget.value)}
        data={[
          { value: '', label: t('journal.anySpan') },
          ...spanNames.map((one) => ({ value: one, label: t(`journal.spans.${one}`) })),
          ...(isAll || name !== undefined ? [] : [{ value: OWN, label: t('journal.ownSpan') }]),
        ]}
      />
      <span className="journal-ends">
        <End label={t('journal.from')} end={ends.from} onChange={(from) => setEnds({ ...ends, from })} />
        <span aria-hidden="true">{'–'}</span>
        <End label={t('journal.to')} end={ends.to} onChange={(to) => setEnds({ ...ends, to })} />
        <Text size="xs" c="dimmed" component="span">
          {t('journal.yourTime', { zone: viewerZone() })}
        </Text>
        {isBackwards(ends) ? (
          <Text size="xs" className="journal-wrong" role="alert" component="span">
            {t('journal.backwards')}
          </Text>
        ) : null}
      </span>
    </>
  )
}

interface EndProps {
  readonly label: string
  readonly end: string | undefined
  readonly onChange: (end: string | undefined) => void
}
function End({ label, end, onChange }: EndProps) {
  const field = useRef<HTMLInputElement>(null)
  const shown = fieldOf(end)
  // What a choice, or somebody's address, has set is shown; while one types, the field has its own.
  useEffect(() => {
    if (field.current !== null && field.current.value !== shown) field.current.value = shown
  }, [shown])
  const take = (text: string) => {
    const next = endOfField(text)
    if (fieldOf(next) !== shown) onChange(next)
  }
  return (
    <TextInput
      ref={field}
      type="datetime-local"
      size="xs"
      aria-label={label}
      title={label}
      className="journal-end"
      defaultValue={shown}
      max="9999-12-31T23:59"
      onBlur={(event) => take(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key === 'Enter') take(event.currentTarget.value)
      }}
    />
  )
}
