/** «Монитор сервера»: the store's server, from its version to its disk. */
import './server.css'
import { useParams as useRouteParams } from '@tanstack/react-router'
import { useAnswer } from '../../api/hooks.ts'
import type { StoreWhole } from '../../api/types.ts'
import { Answered } from '../../parts/notices.tsx'
import { Screen } from '../../parts/screen.tsx'
import { useWords } from '../../words/language.ts'
import { AskButton } from './ask-button.tsx'
import { ConnectionCard } from './connection-card.tsx'
import { DiskCard } from './disk-card.tsx'
import { PackagesTable } from './packages-table.tsx'
import { ServerCard } from './server-card.tsx'

/** While bytes come in: their number is no news of the stream. */
const UPLOADING_MS = 1500
const isUploading = (data: unknown): boolean =>
  (data as StoreWhole | undefined)?.packages.some(({ state }) => state === 'uploading') ?? false

export function ServerScreen() {
  const { t } = useWords()
  const { code = '' } = useRouteParams({ strict: false })
  const store = useAnswer<StoreWhole>(
    `/stores/${encodeURIComponent(code)}`,
    {},
    { topics: [`stores:${code}`], every: (data) => (isUploading(data) ? UPLOADING_MS : undefined) },
  )
  return (
    <Screen
      title={t('shell.tabs.server')}
      actions={store.data === undefined ? null : <AskButton store={store.data} />}
    >
      <Answered answer={store}>
        {(data) => (
          <>
            <div className="server-cards">
              <ServerCard store={data} />
              <DiskCard store={data} />
            </div>
            <h2 className="server-title">{t('server.packages')}</h2>
            <PackagesTable store={data} />
            <ConnectionCard store={data} />
          </>
        )}
      </Answered>
    </Screen>
  )
}
