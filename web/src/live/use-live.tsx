/** One stream per page: what it tells makes answers old, and screens may read its cells. */
import { useQueryClient } from '@tanstack/react-query'
import { createContext, type ReactNode, useContext, useEffect, useState, useSyncExternalStore } from 'react'
import { createFreshener } from './fresh.ts'
import { createLive, type Live, type LiveStatus } from './live.ts'

const Context = createContext<Live | undefined>(undefined)

/** Closed while the page is hidden; goes on where it was when it is shown again. */
export function LiveProvider({ children }: { readonly children: ReactNode }) {
  const client = useQueryClient()
  const [fresh] = useState(() => createFreshener(client))
  const [live] = useState(() =>
    createLive({
      begun: () => fresh.tellAll(),
      refused: () => void client.invalidateQueries({ queryKey: ['/me'] }),
      returned: () => void client.invalidateQueries(),
    }),
  )
  useEffect(() => {
    const unfollow = live.follow(({ topics, reset }) => {
      if (reset) return void client.invalidateQueries()
      fresh.tell(topics)
    })
    const watch = () => (document.hidden ? live.close() : live.open())
    watch()
    document.addEventListener('visibilitychange', watch)
    return () => {
      document.removeEventListener('visibilitychange', watch)
      unfollow()
      fresh.close()
      live.close()
    }
  }, [live, client, fresh])
  return <Context value={live}>{children}</Context>
}

export function useLive(): Live {
  const live = useContext(Context)
  if (live === undefined) throw new Error('no LiveProvider')
  return live
}

export function useLiveStatus(): LiveStatus {
  const live = useLive()
  return useSyncExternalStore(live.watchStatus, live.status)
}
