/** The journal of a store, or of the whole chain. */
import './journal.css'
import type { ReactNode } from 'react'
import type { StoreWhole } from '../../api/types.ts'
import { OfOwnStores } from '../../parts/none-of-yours.tsx'
import { EmptyNotice, LoadingNotice, ProblemNotice } from '../../parts/notices.tsx'
import { Screen } from '../../parts/screen.tsx'
import { useParam } from '../../route-params.ts'
import { useWords } from '../../words/language.ts'
import { ExportButton } from './export-button.tsx'
import { JournalFilters } from './journal-filters.tsx'
import { JournalList } from './journal-list.tsx'
import { useEnds } from './journal-span.tsx'
import { quoted } from './kinds.ts'
import { termsOf } from './span.ts'
import { type Journal, useJournal } from './use-journal.ts'

interface JournalViewProps {
  readonly title: string
  /** Left out: the whole chain. */
  readonly store?: StoreWhole
}
export function JournalView({ title, store }: JournalViewProps) {
  const [filter = ''] = useParam('filter')
  const own = store === undefined ? '' : `store:${quoted(store.code)}`
  const [ends] = useEnds()
  const whole = [own, termsOf(ends), filter].filter((one) => one !== '').join(' ')
  const journal = useJournal(whole)
  const name = store === undefined ? 'journal' : `journal-${store.code}`
  return (
    <Screen title={title} actions={<ExportButton filter={whole} name={name} />}>
      <JournalFilters rows={journal.rows} {...(store && { tills: store.devices })} />
      <Found journal={journal} isChain={store === undefined} />
    </Screen>
  )
}

function Found({ journal, isChain }: { readonly journal: Journal; readonly isChain: boolean }): ReactNode {
  const { t } = useWords()
  const [filter] = useParam('filter')
  const [ends] = useEnds()
  if (journal.error !== null && journal.rows.length === 0)
    return <ProblemNotice error={journal.error} onAgain={() => void journal.again()} />
  if (journal.isLoading) return <LoadingNotice />
  if (journal.rows.length > 0) return <JournalList journal={journal} hasStore={isChain} />
  const isNarrowed = filter !== undefined || termsOf(ends) !== ''
  return (
    <OfOwnStores>
      {isNarrowed ? (
        <EmptyNotice title={t('common.nothingFound')} hint={t('common.nothingFoundHint')} />
      ) : (
        <EmptyNotice
          title={t('journal.none')}
          hint={t(isChain ? 'journal.noneChainHint' : 'journal.noneHint')}
        />
      )}
    </OfOwnStores>
  )
}
