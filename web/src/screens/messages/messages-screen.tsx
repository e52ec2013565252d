/** «Сообщения для терминалов»: written here, and what each till said to them. */
import './messages.css'
import { useParams as useRouteParams } from '@tanstack/react-router'
import { Screen } from '../../parts/screen.tsx'
import { useWords } from '../../words/language.ts'
import { useStore } from '../store/store-frame.tsx'
import { Compose } from './compose.tsx'
import { Sent } from './sent.tsx'

export function MessagesScreen() {
  const { t } = useWords()
  const { code = '' } = useRouteParams({ strict: false })
  const store = useStore().data
  return (
    <Screen title={t('shell.tabs.messages')}>
      {store === undefined ? null : (
        <>
          <Compose key={code} store={store} />
          <Sent store={store} />
        </>
      )}
    </Screen>
  )
}
