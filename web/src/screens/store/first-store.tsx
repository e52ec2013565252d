import { Navigate } from '@tanstack/react-router'
import { useList } from '../../api/hooks.ts'
import type { Store } from '../../api/types.ts'
import { FirstSteps } from '../../parts/first-steps.tsx'
import { LoadingNotice, ProblemNotice } from '../../parts/notices.tsx'
import { Screen } from '../../parts/screen.tsx'
import { useWords } from '../../words/language.ts'

/** The equipment monitor begins with the first store; the selector leads on. */
export function FirstStore() {
  const { t } = useWords()
  const stores = useList<Store>('/stores', { limit: 1 })
  const first = stores.rows[0]
  if (stores.error !== null) return <ProblemNotice error={stores.error} onAgain={stores.again} />
  if (stores.isLoading) return <LoadingNotice />
  if (first === undefined)
    return (
      <Screen title={t('shell.nav.equipment')}>
        <FirstSteps />
      </Screen>
    )
  return <Navigate to={`/stores/${encodeURIComponent(first.code)}/tills` as string} replace />
}
