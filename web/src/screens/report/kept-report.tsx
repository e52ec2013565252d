import { Screen } from '../../parts/screen.tsx'
import { useWords } from '../../words/language.ts'

export function KeptReportScreen() {
  const { t } = useWords()
  return <Screen title={t('shell.nav.reports')}>{null}</Screen>
}
