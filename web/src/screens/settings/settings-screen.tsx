import { Screen } from '../../parts/screen.tsx'
import { useWords } from '../../words/language.ts'

export function SettingsScreen() {
  const { t } = useWords()
  return <Screen title={t('shell.nav.settings')}>{null}</Screen>
}
