import { Screen } from '../../parts/screen.tsx'
import { useWords } from '../../words/language.ts'

export function ScheduleScreen() {
  const { t } = useWords()
  return <Screen title={t('shell.nav.schedule')}>{null}</Screen>
}
