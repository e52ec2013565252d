import { useWords } from '../../words/language.ts'
import { JournalView } from './journal-view.tsx'

export function JournalScreen() {
  const { t } = useWords()
  return <JournalView title={t('shell.nav.journal')} />
}
