/** The old page's frame: breadcrumb with the store's selector, six tabs on the left. */
import { Anchor, Breadcrumbs, Text } from '@mantine/core'
import { Link, Outlet, useParams, useRouterState } from '@tanstack/react-router'
import { useAnswer } from '../../api/hooks.ts'
import type { StoreWhole } from '../../api/types.ts'
import { Answered, ProblemNotice } from '../../parts/notices.tsx'
import { Screen } from '../../parts/screen.tsx'
import { useWords } from '../../words/language.ts'
import { StoreSelect } from './store-select.tsx'

const tabs = [
  ['tills', 'tills'],
  ['server', 'server'],
  ['journal', 'journal'],
  ['price-checkers', 'priceCheckers'],
  ['messages', 'messages'],
  ['fiscal', 'fiscal'],
] as const

/** The store that the address names, with its devices and packages. */
export function useStore() {
  const { code = '' } = useParams({ strict: false })
  return useAnswer<StoreWhole>(`/stores/${encodeURIComponent(code)}`, {}, { topics: [`stores:${code}`] })
}

export function StoreFrame() {
  const { t } = useWords()
  const { code = '' } = useParams({ strict: false })
  const path = useRouterState({ select: (state) => state.location.pathname })
  const current = tabs.find(([to]) => path.endsWith(`/${to}`))?.[1] ?? 'tills'
  const store = useStore()
  return (
    <div className="store">
      <Breadcrumbs separator="/" className="crumbs">
        <Anchor component={Link} to="/settings" size="sm">
          {t('shell.crumbs.root')}
        </Anchor>
        <Anchor component={Link} to="/stores" size="sm">
          {t('shell.crumbs.monitor')}
        </Anchor>
        <Text size="sm">{t(`shell.tabs.${current}`)}</Text>
        <StoreSelect code={code} name={store.data?.name} />
      </Breadcrumbs>
      <div className="store-body">
        <nav className="store-tabs" aria-label={t('shell.crumbs.monitor')}>
          {tabs.map(([to, word]) => (
            <Link
              key={to}
              to={`/stores/$code/${to}`}
              params={{ code }}
              className="store-tab"
              aria-current={current === word ? 'page' : undefined}
            >
              {t(`shell.tabs.${word}`)}
            </Link>
          ))}
        </nav>
        <div className="store-content">
          {store.data === undefined && store.error !== null ? (
            <Screen title={t('shell.crumbs.monitor')}>
              <ProblemNotice error={store.error} onAgain={() => void store.refetch()} />
            </Screen>
          ) : (
            <Answered answer={store}>{() => <Outlet />}</Answered>
          )}
        </div>
      </div>
    </div>
  )
}
