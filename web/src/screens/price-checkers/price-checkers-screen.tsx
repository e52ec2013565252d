import { Screen } from '../../parts/screen.tsx'
import { useWords } from '../../words/language.ts'

export function PriceCheckersScreen() {
  const { t } = useWords()
  return <Screen title={t('shell.tabs.priceCheckers')}>{null}</Screen>
}
