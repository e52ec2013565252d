/** Choices that are made most, as terms of the filter in the address; the rest is typed. */
import { NativeSelect } from '@mantine/core'
import type { EventView } from '../../api/types.ts'
import { FilterBox } from '../../parts/filter-box.tsx'
import { useParam } from '../../route-params.ts'
import { useWords } from '../../words/language.ts'
import { setTerm, termOf } from '../tills/terms.ts'
import { JournalSpan } from './journal-span.tsx'
import { journalKindNames, kindOfTerm, kindTerm, quoted, unquoted } from './kinds.ts'

interface Choice {
  readonly value: string
  readonly label: string
}

interface TermSelectProps {
  readonly field: string
  readonly label: string
  readonly any: string
  readonly choices: readonly Choice[]
}
/** One term of the filter. What somebody typed there, and no choice says, is shown as it stands. */
function TermSelect({ field, label, any, choices }: TermSelectProps) {
  const [filter = '', setFilter] = useParam('filter')
  const term = termOf(filter, field) ?? ''
  const isKnown = term === '' || choices.some(({ value }) => value === term)
  const write = (value: string) => {
    const next = setTerm(filter, field, value === '' ? undefined : value)
    setFilter(next === '' ? undefined : next)
  }
  return (
    <NativeSelect
      size="xs"
      aria-label={label}
      className="journal-select"
      data-chosen={term !== '' || undefined}
      value={term}
      onChange={(event) => write(event.currentTarget.value)}
      data={[{ value: '', label: any }, ...choices, ...(isKnown ? [] : [{ value: term, label: term }])]}
    />
  )
}

interface FiltersProps {
  readonly rows: readonly EventView[]
  /** Of one store: its tills. */
  readonly tills?: readonly { readonly cashId: string; readonly number: number; readonly name: string }[]
}
export function JournalFilters({ rows, tills }: FiltersProps) {
  const { t } = useWords()
  const [filter = ''] = useParam('filter')
  const chosen = termOf(filter, 'actor')
  const actors = [...new Set([...rows.map((one) => one.actor), ...(chosen ? [unquoted(chosen)] : [])])].sort()
  const kind = kindOfTerm(termOf(filter, 'code'))
  return (
    <fieldset className="journal-filters" aria-label={t('journal.quick')}>
      <TermSelect
        field="code"
        label={t('journal.kind')}
        any={t('journal.anyKind')}
        choices={journalKindNames.map((one) => ({ value: kindTerm(one), label: t(`journal.kinds.${one}`) }))}
        key={`kind ${kind}`}
      />
      <JournalSpan />
      <TermSelect
        field="actor"
        label={t('journal.actor')}
        any={t('journal.anyActor')}
        choices={actors.map((actor) => ({ value: quoted(actor), label: actor }))}
      />
      {tills === undefined ? null : (
        <TermSelect
          field="cashId"
          label={t('journal.till')}
          any={t('journal.anyTill')}
          choices={tills.map(({ cashId, number, name }) => ({
            value: quoted(cashId),
            label: t('tills.tillNamed', { number, name }),
          }))}
        />
      )}
      <FilterBox label={t('journal.filter')} />
    </fieldset>
  )
}
