import '@mantine/core/styles.css'
import './page.css'
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { createRoot } from 'react-dom/client'
import { watchPerson } from './api/person.ts'
import { asProblem } from './api/problem.ts'
import { startEarly } from './early.ts'
import { LiveProvider } from './live/use-live.tsx'
import { startPrinting } from './print/printing.ts'
import { createPageRouter } from './router.tsx'
import { theme } from './theme.ts'
import { startWords } from './words/language.ts'

/** What a second try cannot mend is not tried again. */
const isWorthAnother = (count: number, error: unknown): boolean => {
  const { status, code } = asProblem(error)
  return count < 2 && code !== 'cancelled' && (status === 0 || status >= 500)
}
const client = new QueryClient({
  defaultOptions: {
    queries: {
      ...{ staleTime: 2000, retry: isWorthAnother, refetchOnWindowFocus: false },
      ...{ networkMode: 'always', refetchOnReconnect: true },
    },
    // What was pressed without a network fails at once: nothing is done later, when nobody means it any more.
    mutations: { networkMode: 'always' },
  },
})
const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? ''
// What locks the scrolling behind a dialog writes a style of its own, and asks for the nonce by this name.
Object.assign(globalThis, { __webpack_nonce__: nonce })

watchPerson()
startEarly(client)
startPrinting()
await startWords()
const root = document.getElementById('page')
if (root === null) throw new Error('no #page')
createRoot(root).render(
  <MantineProvider theme={theme} defaultColorScheme="auto" getStyleNonce={() => nonce}>
    <QueryClientProvider client={client}>
      <LiveProvider>
        <RouterProvider router={createPageRouter()} />
      </LiveProvider>
    </QueryClientProvider>
  </MantineProvider>,
)
