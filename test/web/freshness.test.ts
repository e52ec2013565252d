/** How fresh answers are kept, and what becomes of those that cannot be: by a real client and a made clock. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { newsRestMs, pagesOf, restMs } from '../../web/src/api/rest.ts'
import { touches } from '../../web/src/api/topics.ts'
import {
  type Client,
  createFreshener,
  InfiniteQueryObserver,
  type Old,
  QueryClient,
  QueryObserver,
  watchOld,
} from './query-client.ts'

const pages = (count: number) => ({ pages: Array.from({ length: count }, () => ({ items: [] })) })

describe('topics', () => {
  test.each<[string[], string[], boolean]>([
    [['devices'], ['devices'], true],
    [['devices'], ['devices:1'], true],
    [['devices:1'], ['devices'], true],
    [['devices:1'], ['devices', 'devices:2'], false],
    [['devices:1'], ['devices', 'devices:1'], true],
    [['devices:1'], ['devices:*'], true],
    [['stores:M1'], ['devices:1'], false],
  ])('%j is touched by %j: %s', (own, news, wanted) => {
    expect(touches(own, news)).toBe(wanted)
  })
})

describe('rests', () => {
  test.each<[string, unknown, number, number]>([
    ['a plain answer', { items: [] }, 1, 0],
    ['nothing yet', undefined, 1, 0],
    ['a list of one page', pages(1), 1, 0],
    ['a list of fifty', pages(50), 50, 50_000],
  ])('%s', (_, data, count, rest) => {
    expect([pagesOf(data), newsRestMs(data)]).toEqual([count, rest])
  })
  const held = (status: string, data: unknown, code?: number) => ({
    ...{ status, data, error: code === undefined ? null : { status: code } },
  })
  test.each<[string, ReturnType<typeof held>, number | undefined, number]>([
    ['as ever', held('success', {}), undefined, 60_000],
    ['as its screen asks', held('success', {}), 1500, 1500],
    ['never oftener than a page a second', held('success', pages(9)), 1500, 9000],
    ['a hundred pages longer than a minute', held('success', pages(100)), undefined, 100_000],
    ['soon after an answer that was lost', held('error', {}, 0), 1500, 10_000],
    ['soon after a server in trouble', held('error', {}, 503), undefined, 10_000],
    ['as ever after a refusal that stays', held('error', {}, 404), undefined, 60_000],
    ['a long list rests in trouble, too', held('error', pages(30), 503), undefined, 30_000],
  ])('%s', (_, state, every, wanted) => {
    expect(restMs(state, every)).toBe(wanted)
  })
})

const client = () => new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: 0 } } })
const meta = { topics: ['devices'] }
const passing = (ms: number) => vi.advanceTimersByTimeAsync(ms)

describe('with the clock', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  /** A list whose pages are counted as they are read. */
  async function openList(own: Client, count: number) {
    let reads = 0
    const observer = new InfiniteQueryObserver(own, {
      queryKey: ['list'],
      queryFn: ({ pageParam }: { pageParam: number }) => {
        reads += 1
        return pageParam
      },
      initialPageParam: 1,
      getNextPageParam: (page: number) => (page < count ? page + 1 : undefined),
      meta,
    })
    const close = observer.subscribe(() => {})
    await passing(0)
    for (let page = 1; page < count; page += 1) await observer.fetchNextPage()
    return { reads: () => reads, close }
  }

  test('news all the time: a list of one page is read each second, a longer one a page a second', async () => {
    for (const [count, most] of [
      [1, 62],
      [20, 62],
    ] as const) {
      const own = client()
      const list = await openList(own, count)
      const before = list.reads()
      const fresh = createFreshener(own)
      for (let tenth = 0; tenth < 600; tenth += 1) {
        fresh.tell(['devices'])
        await passing(100)
      }
      const read = list.reads() - before
      expect(read).toBeLessThanOrEqual(most)
      // Rested, and not forgotten: whole lists, and as many as there is time for.
      expect(read).toBeGreaterThanOrEqual(count === 1 ? 55 : 40)
      expect(read % count).toBe(0)
      fresh.close()
      list.close()
      own.clear()
    }
  })

  test('news while a long list rests are kept until it has rested', async () => {
    const own = client()
    const list = await openList(own, 10)
    const fresh = createFreshener(own)
    fresh.tell(['devices'])
    await passing(9000)
    expect(list.reads()).toBe(10)
    await passing(2000)
    expect(list.reads()).toBe(20)
    fresh.close()
    list.close()
    own.clear()
  })

  function openAnswer(own: Client, name: string, answer: () => Promise<unknown>) {
    const observer = new QueryObserver(own, { queryKey: [name], queryFn: answer, meta })
    const close = observer.subscribe(() => {})
    return { again: () => void observer.refetch(), close }
  }

  test('what was read before the stream, or was on its way then, is read once more; the board knows its place', async () => {
    const own = client()
    const reads = { early: 0, late: 0, board: 0, fixed: 0 }
    const open = (name: keyof typeof reads, topics: string[], ms: number) =>
      new QueryObserver(own, {
        ...{ queryKey: [name], meta: { topics } },
        queryFn: async () => {
          reads[name] += 1
          await new Promise((done) => setTimeout(done, ms))
          return 1
        },
      }).subscribe(() => {})
    const ends = [open('early', ['devices'], 10), open('board', ['board'], 10), open('fixed', [], 10)]
    await passing(100)
    ends.push(open('late', ['rollouts', 'board'], 3000))
    await passing(100)
    const fresh = createFreshener(own)
    fresh.tellAll()
    await passing(20_000)
    expect(reads).toEqual({ early: 2, late: 2, board: 1, fixed: 1 })
    fresh.close()
    for (const end of ends) end()
    own.clear()
  })

  test('closed over news and begun anew it tells the next', async () => {
    const own = client()
    let reads = 0
    const answer = openAnswer(own, 'one', async () => {
      reads += 1
      return reads
    })
    await passing(2000)
    const fresh = createFreshener(own)
    fresh.tell(['devices'])
    fresh.close()
    fresh.tell(['devices'])
    await passing(2000)
    expect(reads).toBe(2)
    fresh.close()
    answer.close()
    own.clear()
  })

  test('an answer that goes on failing is told: since when it is of then, and why; until it comes', async () => {
    const own = client()
    let error: Error | undefined
    const answer = openAnswer(own, 'one', async () => {
      if (error !== undefined) throw error
      return 1
    })
    await passing(0)
    const readAt = Date.now()
    let old: Old | undefined
    const close = watchOld(own, (next) => {
      old = next
    })
    error = new Error('refused')
    await passing(20_000)
    expect(old).toBeUndefined()
    answer.again()
    await passing(5000)
    expect(old).toBeUndefined()
    await passing(2000)
    expect(old).toEqual({ readAt, error })
    // Tried again and refused again: it is as old as it was.
    answer.again()
    await passing(1000)
    expect(old).toMatchObject({ readAt })
    error = undefined
    answer.again()
    await passing(1000)
    expect(old).toBeUndefined()
    close()
    answer.close()
    own.clear()
  })

  test('one that is lost once and mended within seconds, and one that nobody sees, are not told', async () => {
    const own = client()
    let isLost = false
    const answer = async () => {
      if (isLost) throw new Error('lost')
      return 1
    }
    const [seen, unseen] = [openAnswer(own, 'seen', answer), openAnswer(own, 'unseen', answer)]
    await passing(0)
    const told: (Old | undefined)[] = []
    const close = watchOld(own, (next) => told.push(next))
    isLost = true
    seen.again()
    unseen.again()
    await passing(100)
    unseen.close()
    await passing(4000)
    isLost = false
    seen.again()
    await passing(20_000)
    expect(told.length).toBeGreaterThan(0)
    expect(told.filter((one) => one !== undefined)).toEqual([])
    close()
    seen.close()
    own.clear()
  })

  test('of several the oldest is told', async () => {
    const own = client()
    const isLost = new Set<string>()
    const open = (name: string) =>
      openAnswer(own, name, async () => {
        if (isLost.has(name)) throw new Error(name)
        return 1
      })
    const first = open('first')
    await passing(60_000)
    const second = open('second')
    await passing(1000)
    let old: Old | undefined
    const close = watchOld(own, (next) => {
      old = next
    })
    isLost.add('first').add('second')
    second.again()
    await passing(3000)
    first.again()
    await passing(3500)
    expect(old).toMatchObject({ error: new Error('second') })
    await passing(3500)
    expect(old).toMatchObject({ error: new Error('first') })
    close()
    first.close()
    second.close()
    own.clear()
  })
})
