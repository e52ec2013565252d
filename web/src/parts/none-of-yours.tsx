/** Who sees none of the chain's stores is told so: nothing that is empty for them says anything of the chain. */
import type { ReactNode } from 'react'
import { useAnswer, useMe } from '../api/hooks.ts'
import type { Page, Store } from '../api/types.ts'
import { useWords } from '../words/language.ts'
import { EmptyNotice, LoadingNotice } from './notices.tsx'

const FIRST = { limit: 1 }

/** Undefined: not known yet. Who sees the whole chain is not asked about. */
export function useHasNoStore(): boolean | undefined {
  const me = useMe()
  const groups = me.data?.storeGroups
  const stores = useAnswer<Page<Store>>('/stores', FIRST, { topics: ['stores'], enabled: groups != null })
  if (groups === null || me.error !== null || stores.error !== null) return false
  return stores.data && stores.data.items.length === 0
}

export function NoneOfYours() {
  const { t } = useWords()
  const groups = useMe().data?.storeGroups ?? []
  return (
    <EmptyNotice
      glyph="lock"
      title={t('shell.first.noneOfYours')}
      hint={t('shell.first.noneOfYoursHint', { groups: groups.join(', ') })}
    />
  )
}

/** Around what is said of an empty list that shows stores, or what happened in them. */
export function OfOwnStores({ children }: { readonly children: ReactNode }) {
  const hasNone = useHasNoStore()
  if (hasNone === undefined) return <LoadingNotice />
  return hasNone ? <NoneOfYours /> : children
}
