/** What the page's stream says of itself: when it has begun, and when it goes on; by an EventSource that is made up. */
import { afterAll, beforeAll, expect, test, vi } from 'vitest'

type Said = 'begun' | 'refused' | 'returned'
type CreateLive = (owner: Readonly<Record<Said, () => void>>) => { open(): void; close(): void }

const made: Source[] = []
class Source extends EventTarget {
  static readonly CLOSED = 2
  readyState = 0
  readonly close = () => {}
  constructor() {
    super()
    made.push(this)
  }
  happens(name: 'open' | 'ping' | 'error'): void {
    this.dispatchEvent(Object.assign(new Event(name), { lastEventId: '7-0' }))
  }
}

let createLive: CreateLive
beforeAll(async () => {
  vi.useFakeTimers()
  vi.stubGlobal('EventSource', Source)
  vi.stubGlobal('window', globalThis)
  vi.stubGlobal('document', { baseURI: 'http://office.example/' })
  // By a name that the compiler does not follow: see query-client.ts.
  const live: string = '../../web/src/live/live.ts'
  createLive = ((await import(live)) as { createLive: CreateLive }).createLive
})
afterAll(() => {
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

test('it has begun once, however often it is cut; after a refusal it has returned', async () => {
  const told: Said[] = []
  const live = createLive({
    begun: () => told.push('begun'),
    refused: () => told.push('refused'),
    returned: () => told.push('returned'),
  })
  live.open()
  const [first] = made
  first?.happens('open')
  first?.happens('ping')
  first?.happens('error')
  first?.happens('open')
  expect(told).toEqual(['begun'])
  Object.assign(first ?? {}, { readyState: Source.CLOSED })
  first?.happens('error')
  await vi.advanceTimersByTimeAsync(5000)
  expect(made).toHaveLength(2)
  made[1]?.happens('open')
  made[1]?.happens('open')
  expect(told).toEqual(['begun', 'refused', 'returned'])
  live.close()
})
