import { Screen } from '../../parts/screen.tsx'
import { useWords } from '../../words/language.ts'

export function JournalScreen() {
  const { t } = useWords()
  return <Screen title={t('shell.nav.journal')}>{null}</Screen>
}
