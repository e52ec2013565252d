import { Screen } from '../../parts/screen.tsx'
import { useWords } from '../../words/language.ts'

export function TillsScreen() {
  const { t } = useWords()
  return <Screen title={t('shell.tabs.tills')}>{null}</Screen>
}
