/**
 * The page's own client of the API's answers, in Node. Loaded by names that the compiler does not follow: React's types
 * come with it, and have an HTMLElement of their own, which would take Playwright's away from every other test.
 */
interface Cache {
  readonly refetch: () => Promise<unknown>
  readonly fetchNextPage: () => Promise<unknown>
  readonly subscribe: (told: () => void) => () => void
}
export interface Client {
  readonly clear: () => void
}
interface Library {
  readonly QueryClient: new (options: object) => Client
  readonly QueryObserver: new (client: Client, options: object) => Cache
  readonly InfiniteQueryObserver: new (client: Client, options: object) => Cache
}
export interface Old {
  readonly readAt: number
  readonly error: unknown
}
interface Freshener {
  readonly tell: (topics: readonly string[]) => void
  readonly tellAll: () => void
  readonly close: () => void
}
const load = async <T>(name: string): Promise<T> => (await import(name)) as T

export const { QueryClient, QueryObserver, InfiniteQueryObserver } =
  await load<Library>('@tanstack/react-query')
export const { createFreshener } = await load<{ createFreshener: (client: Client) => Freshener }>(
  '../../web/src/live/fresh.ts',
)
export const { watchOld } = await load<{
  watchOld: (client: Client, told: (old: Old | undefined) => void) => () => void
}>('../../web/src/live/old.ts')
