import { Screen } from '../../parts/screen.tsx'
import { useWords } from '../../words/language.ts'

export function RolloutScreen() {
  const { t } = useWords()
  return <Screen title={t('shell.nav.rollouts')}>{null}</Screen>
}
