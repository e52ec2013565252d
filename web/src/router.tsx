/** Every address of the page. Screens are loaded when they are first looked at. */
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from '@tanstack/react-router'
import { BASE_PATH } from './api/base.ts'
import { parseSearch, readParams, writeSearch } from './route-params.ts'
import { Crashed, NotFound } from './shell/failures.tsx'
import { Shell } from './shell/shell.tsx'

const root = createRootRoute({
  component: Shell,
  notFoundComponent: NotFound,
  validateSearch: readParams,
})

const at = <P extends string>(path: P, component: ReturnType<typeof lazyRouteComponent>) =>
  createRoute({ getParentRoute: () => root, path, component })

const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/chain' })
  },
})

const store = createRoute({
  getParentRoute: () => root,
  path: '/stores/$code',
  component: lazyRouteComponent(() => import('./screens/store/store-frame.tsx'), 'StoreFrame'),
})
const inStore = <P extends string>(path: P, component: ReturnType<typeof lazyRouteComponent>) =>
  createRoute({ getParentRoute: () => store, path, component })
const storeTabs = [
  createRoute({
    getParentRoute: () => store,
    path: '/',
    beforeLoad: ({ params }) => {
      throw redirect({ to: '/stores/$code/tills', params, replace: true })
    },
  }),
  inStore(
    'tills',
    lazyRouteComponent(() => import('./screens/tills/tills-screen.tsx'), 'TillsScreen'),
  ),
  inStore(
    'server',
    lazyRouteComponent(() => import('./screens/server/server-screen.tsx'), 'ServerScreen'),
  ),
  inStore(
    'journal',
    lazyRouteComponent(() => import('./screens/journal/store-journal.tsx'), 'StoreJournal'),
  ),
  inStore(
    'price-checkers',
    lazyRouteComponent(
      () => import('./screens/price-checkers/price-checkers-screen.tsx'),
      'PriceCheckersScreen',
    ),
  ),
  inStore(
    'messages',
    lazyRouteComponent(() => import('./screens/messages/messages-screen.tsx'), 'MessagesScreen'),
  ),
  inStore(
    'fiscal',
    lazyRouteComponent(() => import('./screens/fiscal/fiscal-screen.tsx'), 'FiscalScreen'),
  ),
]

const screens = [
  home,
  at(
    '/chain',
    lazyRouteComponent(() => import('./screens/chain/chain-screen.tsx'), 'ChainScreen'),
  ),
  at(
    '/stores',
    lazyRouteComponent(() => import('./screens/store/first-store.tsx'), 'FirstStore'),
  ),
  store.addChildren(storeTabs),
  at(
    '/rollouts',
    lazyRouteComponent(() => import('./screens/rollouts/rollouts-screen.tsx'), 'RolloutsScreen'),
  ),
  at(
    '/rollouts/new',
    lazyRouteComponent(() => import('./screens/wizard/wizard-screen.tsx'), 'WizardScreen'),
  ),
  at(
    '/rollouts/$id',
    lazyRouteComponent(() => import('./screens/rollout/rollout-screen.tsx'), 'RolloutScreen'),
  ),
  at(
    '/packages',
    lazyRouteComponent(() => import('./screens/packages/packages-screen.tsx'), 'PackagesScreen'),
  ),
  at(
    '/schedule',
    lazyRouteComponent(() => import('./screens/schedule/schedule-screen.tsx'), 'ScheduleScreen'),
  ),
  at(
    '/reports',
    lazyRouteComponent(() => import('./screens/report/reports-screen.tsx'), 'ReportsScreen'),
  ),
  at(
    '/reports/$id',
    lazyRouteComponent(() => import('./screens/report/kept-report.tsx'), 'KeptReportScreen'),
  ),
  at(
    '/journal',
    lazyRouteComponent(() => import('./screens/journal/journal-screen.tsx'), 'JournalScreen'),
  ),
  at(
    '/settings',
    lazyRouteComponent(() => import('./screens/settings/settings-screen.tsx'), 'SettingsScreen'),
  ),
  at(
    '/settings/$section',
    lazyRouteComponent(() => import('./screens/settings/settings-screen.tsx'), 'SettingsScreen'),
  ),
]

export const createPageRouter = () =>
  createRouter({
    routeTree: root.addChildren(screens),
    basepath: BASE_PATH,
    parseSearch,
    stringifySearch: writeSearch,
    defaultErrorComponent: Crashed,
    defaultPreload: 'intent',
    scrollRestoration: true,
  })

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createPageRouter>
  }
}
