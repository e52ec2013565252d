import { Screen } from '../../parts/screen.tsx'
import { useWords } from '../../words/language.ts'

export function ServerScreen() {
  const { t } = useWords()
  return <Screen title={t('shell.tabs.server')}>{null}</Screen>
}
