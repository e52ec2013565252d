import { Screen } from '../../parts/screen.tsx'
import { useWords } from '../../words/language.ts'

export function MessagesScreen() {
  const { t } = useWords()
  return <Screen title={t('shell.tabs.messages')}>{null}</Screen>
}
