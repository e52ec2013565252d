import { useWords } from '../../words/language.ts'
import { useStore } from '../store/store-frame.tsx'
import { JournalView } from './journal-view.tsx'

export function StoreJournal() {
  const { t } = useWords()
  const store = useStore().data
  return store === undefined ? null : (
    <JournalView key={store.code} title={t('shell.tabs.journal')} store={store} />
  )
}
