import { Screen } from '../../parts/screen.tsx'
import { useWords } from '../../words/language.ts'

export function StoreJournal() {
  const { t } = useWords()
  return <Screen title={t('shell.tabs.journal')}>{null}</Screen>
}
