import { Screen } from '../../parts/screen.tsx'
import { useWords } from '../../words/language.ts'

export function FiscalScreen() {
  const { t } = useWords()
  return <Screen title={t('shell.tabs.fiscal')}>{null}</Screen>
}
