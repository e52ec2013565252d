import { Screen } from '../../parts/screen.tsx'
import { useWords } from '../../words/language.ts'

export function ReportsScreen() {
  const { t } = useWords()
  return <Screen title={t('shell.nav.reports')}>{null}</Screen>
}
