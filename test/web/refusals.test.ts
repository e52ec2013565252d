/** To the sign-in once, however many requests are refused: each going anew would cut off the one under way. */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'

type Get = (path: string) => Promise<unknown>

describe('a session that has ended', () => {
  let get: Get
  const place = { assign: vi.fn<(address: string) => void>(), pathname: '/office/chain', search: '?by=wave' }
  const taken = () => place.assign.mock.calls.flat()
  const DOOR = 'http://shop.example/office/sign-in?to='

  beforeAll(async () => {
    vi.useFakeTimers({ toFake: ['performance'] })
    vi.stubGlobal('document', { baseURI: 'http://shop.example/office/' })
    vi.stubGlobal('location', place)
    vi.stubGlobal('fetch', async () => new Response('{"code":"tokenInvalid"}', { status: 401 }))
    // By a name that the compiler does not follow: see query-client.ts.
    const client: string = '../../web/src/api/client.ts'
    get = ((await import(client)) as { get: Get }).get
  })
  afterAll(() => {
    vi.useRealTimers()
    vi.unstubAllGlobals()
  })

  const refused = async (count: number): Promise<void> => {
    const asked = Array.from({ length: count }, (_, index) => get(`/stores?page=${index}`))
    const ends = await Promise.allSettled(asked)
    expect(ends.map(({ status }) => status)).toEqual(Array.from({ length: count }, () => 'rejected'))
  }

  test('leads to the sign-in once, and each refusal is told all the same', async () => {
    await refused(5)
    await refused(1)
    expect(taken()).toEqual([`${DOOR}%2Fchain%3Fby%3Dwave`])
  })

  test('back to where one is by now', async () => {
    Object.assign(place, { pathname: '/office/journal', search: '' })
    await refused(2)
    expect(taken().slice(1)).toEqual([`${DOOR}%2Fjournal`])
  })

  test('asks to be left again where it was not: somebody may have chosen to stay', async () => {
    vi.advanceTimersByTime(10_001)
    await refused(2)
    expect(taken().slice(2)).toEqual([`${DOOR}%2Fjournal`])
  })
})
