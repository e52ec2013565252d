/** Hosts that show a pasted fingerprint, also where the list has not come to them yet. */
import { useQuery } from '@tanstack/react-query'
import { get } from '../../../api/client.ts'
import type { ApiProblem } from '../../../api/problem.ts'
import { restMs } from '../../../api/rest.ts'
import type { Enrolment, Page } from '../../../api/types.ts'

const PAGE = 1000
/** More hosts than a chain has. */
const MOST_PAGES = 50

/** All that wait, page by page, as far as is needed to find each of these. */
async function findShown(wanted: ReadonlySet<string>, signal: AbortSignal): Promise<readonly Enrolment[]> {
  const rows: Enrolment[] = []
  const left = new Set(wanted)
  let cursor: string | undefined
  for (let page = 0; page < MOST_PAGES && left.size > 0; page += 1) {
    const params = { filter: 'state:shown', limit: PAGE, cursor }
    const { items, next } = await get<Page<Enrolment>>('/enrolments', params, signal)
    for (const row of items) {
      if (!row.found.some(({ fingerprint }) => wanted.has(fingerprint))) continue
      rows.push(row)
      for (const { fingerprint } of row.found) left.delete(fingerprint)
    }
    if (next === null) break
    cursor = next
  }
  return rows
}

/** @param wanted none of which is among the hosts that are loaded */
export function usePasted(wanted: readonly string[]) {
  return useQuery<readonly Enrolment[], ApiProblem>({
    queryKey: ['/enrolments', 'pasted', wanted],
    queryFn: ({ signal }) => findShown(new Set(wanted), signal),
    enabled: wanted.length > 0,
    meta: { topics: ['enrolments', 'hostKeys'] },
    refetchInterval: ({ state }) => restMs(state, undefined),
    placeholderData: (former) => former,
    gcTime: 0,
  })
}
