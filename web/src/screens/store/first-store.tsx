import { Navigate } from '@tanstack/react-router'
import { useList } from '../../api/hooks.ts'
import type { Store } from '../../api/types.ts'
import { EmptyNotice, LoadingNotice, ProblemNotice } from '../../parts/notices.tsx'
import { useWords } from '../../words/language.ts'

/** The equipment monitor begins with the first store; the selector leads on. */
export function FirstStore() {
  const { t } = useWords()
  const stores = useList<Store>('/stores', { limit: 1 })
  const first = stores.rows[0]
  if (stores.error !== null) return <ProblemNotice error={stores.error} onAgain={stores.again} />
  if (stores.isLoading) return <LoadingNotice />
  if (first === undefined) return <EmptyNotice title={t('shell.noStores')} />
  return <Navigate to={`/stores/${encodeURIComponent(first.code)}/tills` as string} replace />
}
