import { Screen } from '../../parts/screen.tsx'
import { useWords } from '../../words/language.ts'

export function PackagesScreen() {
  const { t } = useWords()
  return <Screen title={t('shell.nav.packages')}>{null}</Screen>
}
