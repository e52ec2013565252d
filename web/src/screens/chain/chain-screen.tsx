import { Screen } from '../../parts/screen.tsx'
import { useWords } from '../../words/language.ts'

export function ChainScreen() {
  const { t } = useWords()
  return <Screen title={t('shell.nav.chain')}>{null}</Screen>
}
