/** Everything that a filter finds, page by page. */
import { get } from '../../api/client.ts'
import type { EventView } from '../../api/types.ts'
import { type EventPage, eventParams } from './use-journal.ts'

const PAGE = 1000
/** What a browser holds with ease, and more than anybody reads. */
export const MOST_ROWS = 100_000

export interface Found {
  readonly events: readonly EventView[]
  /** There were more than are kept. */
  readonly isCut: boolean
}

/** Everything that the filter finds, the newest first. @throws ApiProblem */
export async function readAllEvents(
  filter: string,
  { signal, told }: { readonly signal: AbortSignal; readonly told: (count: number) => void },
): Promise<Found> {
  const events: EventView[] = []
  let cursor: string | undefined
  do {
    const page: EventPage = await get('/events', { ...eventParams(filter), limit: PAGE, cursor }, signal)
    events.push(...page.items)
    told(events.length)
    cursor = page.next ?? undefined
  } while (cursor !== undefined && events.length < MOST_ROWS)
  return { events, isCut: cursor !== undefined }
}
