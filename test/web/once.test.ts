/** Which press is the same press: the keys under which the page asks, by a server that is made up. */
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { until } from '../support/until.ts'

type Post = (path: string, body: unknown, more?: object) => Promise<unknown>
type Reply = 'lost' | readonly [status: number, body: object]
const DONE: Reply = [200, {}]

describe('keys of requests', () => {
  let post: Post
  const replies: Reply[] = []
  const keys: (string | null)[] = []

  beforeAll(async () => {
    vi.stubGlobal('document', { baseURI: 'http://office.example/' })
    vi.stubGlobal('location', { assign: () => undefined, pathname: '/', search: '' })
    vi.stubGlobal('fetch', async (_: string, { headers }: RequestInit) => {
      keys.push(new Headers(headers).get('Idempotency-Key'))
      const reply = replies.shift() ?? 'lost'
      if (reply === 'lost') throw new TypeError('lost')
      return new Response(JSON.stringify(reply[1]), { status: reply[0] })
    })
    // By a name that the compiler does not follow: see query-client.ts.
    const client: string = '../../web/src/api/client.ts'
    post = ((await import(client)) as { post: Post }).post
  })
  afterAll(() => vi.unstubAllGlobals())

  /** The key of each press, the first as `a`, another one as `b`, … */
  async function pressed(some: readonly Reply[], press: (time: number) => Promise<unknown>): Promise<string> {
    replies.splice(0, replies.length, ...some)
    keys.splice(0)
    for (let time = 0; time < some.length; time += 1) await press(time).catch(() => undefined)
    const names = [...new Set(keys)]
    return keys.map((key) => 'abc'[names.indexOf(key)]).join('')
  }

  test('pressed once more after no answer it is the same; after an answer it is another', async () => {
    const press = () => post('/commands', { kind: 'message' })
    expect(await pressed(['lost', DONE, DONE], press)).toBe('aab')
  })

  test('over something else that was seen it is another edit, though it says the same', async () => {
    const press = (time: number) => post('/stores/M1/calendar', { calendar: null }, { ifMatch: `"${time}"` })
    expect(await pressed(['lost', DONE], press)).toBe('ab')
  })

  test.each<[number, string]>([
    [409, 'keyInUse'],
    [429, 'rateLimited'],
    [401, 'notSignedIn'],
    [403, 'permissionMissing'],
    [500, 'internalError'],
  ])('%i %s says nothing of the try before: that one may still be done', async (status, code) => {
    const press = () => post(`/${code}`, {})
    expect(await pressed(['lost', [status, { code }], DONE], press)).toBe('aaa')
    // By itself it is an answer: nothing was done.
    expect(await pressed([[status === 500 ? 422 : status, { code }], DONE], press)).toBe('ab')
  })

  test('a refusal of the work itself is an answer', async () => {
    const press = () => post('/refused', {})
    expect(await pressed(['lost', [409, { code: 'stateConflict' }], DONE], press)).toBe('aab')
  })

  test('how something is to be is said anew each time: what was answered before it was undone is no answer', async () => {
    const press = () => post('/rollouts/1/pause', {}, { setsState: true })
    expect(await pressed(['lost', DONE], press)).toBe('ab')
  })
})

describe('a session that is renewed by a new password', () => {
  type Get = (path: string) => Promise<unknown>
  const asked: string[] = []
  const signIns: string[] = []
  const place = { assign: (to: string) => signIns.push(to), pathname: '/chain', search: '' }
  let answers: (path: string) => Promise<Response>
  let own: { get: Get; post: Post }
  const answer = (status: number) => new Response(JSON.stringify({ code: 'notSignedIn' }), { status })

  beforeAll(async () => {
    vi.stubGlobal('document', { baseURI: 'http://office.example/' })
    vi.stubGlobal('location', place)
    vi.stubGlobal('fetch', (address: string) => {
      const path = address.replace(/^.*\/api\/v1/, '')
      asked.push(path)
      return answers(path)
    })
    const client: string = '../../web/src/api/client.ts'
    own = (await import(client)) as { get: Get; post: Post }
  })
  beforeEach(() => {
    asked.splice(0)
    signIns.splice(0)
  })
  afterAll(() => vi.unstubAllGlobals())

  test.each(['before', 'after'])(
    'who is refused with the session before it, %s the answer, is asked again with the new one',
    async (when) => {
      let change = (_: Response) => {}
      let refuse = (_: Response) => {}
      const changed = new Promise<Response>((done) => {
        change = done
      })
      const refused = new Promise<Response>((done) => {
        refuse = done
      })
      answers = (path) =>
        path === '/session/password' ? changed : asked.length <= 2 ? refused : Promise.resolve(answer(200))
      const password = own.post('/session/password', {})
      const me = own.get('/me')
      if (when === 'before') refuse(answer(401))
      change(answer(200))
      await password
      refuse(answer(401))
      await me
      expect([asked, signIns]).toEqual([['/session/password', '/me', '/me'], []])
    },
  )

  test('who is refused though nobody changed it, or once more, is led to the sign-in', async () => {
    answers = async () => answer(401)
    // Later than the change before, by the clock.
    const ended = Date.now()
    await until(() => Date.now() > ended, { within: 20_000, label: 'a later moment' })
    await expect(own.get('/me')).rejects.toThrow()
    const door = 'http://office.example/sign-in?to='
    expect([asked, signIns]).toEqual([['/me'], [`${door}%2Fchain`]])
    asked.splice(0)
    // One address is gone to once: see refusals.test.ts.
    place.pathname = '/journal'
    const password = own.post('/session/password', {}).catch(() => undefined)
    const me = own.get('/me')
    await password
    await expect(me).rejects.toThrow()
    expect(asked).toEqual(['/session/password', '/me', '/me'])
    expect(signIns).toEqual([`${door}%2Fchain`, `${door}%2Fjournal`])
  })
})
