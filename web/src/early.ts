/** The first screen is waited for: what it needs is fetched all at once, not one after the other. */
import type { QueryClient } from '@tanstack/react-query'
import { BASE_PATH } from './api/base.ts'
import { parseSearch, readParams } from './route-params.ts'
import { boardQuery } from './screens/chain/board-query.ts'

export function startEarly(client: QueryClient): void {
  if (location.pathname !== BASE_PATH && location.pathname !== `${BASE_PATH}chain`) return
  const { rollout, filter } = readParams(parseSearch(location.search))
  void client.prefetchQuery(boardQuery({ rollout, filter }))
  // It is asked for again, and its failure told, by the router.
  import('./screens/chain/chain-screen.tsx').catch(() => {})
}
