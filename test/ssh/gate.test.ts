import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Breaker } from '../../src/ssh/breaker.ts'
import { type Call, Ending, settle, withCall } from '../../src/ssh/call.ts'
import { SshFailure } from '../../src/ssh/failure.ts'
import { Gate, Pace } from '../../src/ssh/gate.ts'
import { failureOf } from './bench.ts'

const newCall = (): Call => ({ ending: new Ending(), sent: false, stage: () => 'timedOut' })
const turn = () => new Promise((resolve) => setImmediate(resolve))

describe('a gate', () => {
  test('so many at once, then in the order of their coming', async () => {
    const gate = new Gate(2, 10)
    const releases: (() => void)[] = []
    const order: number[] = []
    for (let i = 0; i < 5; i++) {
      void gate.acquire(newCall()).then((release) => {
        order.push(i)
        releases.push(release)
      })
    }
    await turn()
    expect(order).toEqual([0, 1])
    for (let i = 0; i < 5; i++) {
      releases[i]?.()
      await turn()
    }
    expect(order).toEqual([0, 1, 2, 3, 4])
    expect(gate.idle).toBe(true)
  })

  test('too many waiting: throttled; one who gives up leaves his place', async () => {
    const gate = new Gate(1, 1)
    const release = await gate.acquire(newCall())
    const impatient = newCall()
    const given = gate.acquire(impatient)
    expect((await failureOf(gate.acquire(newCall()))).code).toBe('throttled')
    const over = new Error('over')
    impatient.ending.end(over)
    await expect(given).rejects.toBe(over)
    const next = gate.acquire(newCall())
    release()
    ;(await next)()
    expect(gate.idle).toBe(true)
  })

  test('a place that is handed to one who gave up in the same moment is not lost', async () => {
    const gate = new Gate(1, 5)
    const release = await gate.acquire(newCall())
    const leaving = newCall()
    const given = gate.acquire(leaving).catch(() => 'gave up')
    leaving.ending.end(new Error('over'))
    release()
    expect(await given).toBe('gave up')
    ;(await gate.acquire(newCall()))()
    expect(gate.idle).toBe(true)
  })
})

test('a pace has a bound to its waiting', async () => {
  // A turn in a hundred seconds: none comes meanwhile.
  const pace = new Pace(0.01, 2)
  const calls = [newCall(), newCall(), newCall()]
  const waiting = calls.map((call) => pace.turn(call).catch(() => 'gave up'))
  expect((await failureOf(pace.turn(newCall()))).code).toBe('throttled')
  for (const call of calls) call.ending.end(new Error('over'))
  expect(await Promise.all(waiting)).toEqual([undefined, 'gave up', 'gave up'])
})

describe('a breaker', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['performance'] })
  })
  afterEach(() => {
    vi.useRealTimers()
  })
  const codeOf = (check: () => void): string | undefined => {
    try {
      check()
      return undefined
    } catch (error) {
      return (error as SshFailure).code
    }
  }

  test('the same call meets the same refusal, another identity waits, until it is over', () => {
    const breaker = new Breaker(60_000)
    breaker.note('host', 'me', new SshFailure('signInRefused'))
    expect(codeOf(() => breaker.check('host', 'me'))).toBe('signInRefused')
    expect(codeOf(() => breaker.check('host', 'other'))).toBe('throttled')
    expect(codeOf(() => breaker.check('elsewhere', 'me'))).toBeUndefined()
    vi.advanceTimersByTime(59_999)
    expect(codeOf(() => breaker.check('host', 'me'))).toBe('signInRefused')
    vi.advanceTimersByTime(1)
    expect(codeOf(() => breaker.check('host', 'me'))).toBeUndefined()
  })

  test('only for what must not be repeated', () => {
    const breaker = new Breaker(60_000)
    for (const code of ['storeOffline', 'tillOffline', 'throttled', 'connectionLost', 'timedOut'] as const) {
      breaker.note('host', 'me', new SshFailure(code))
      expect(codeOf(() => breaker.check('host', 'me'))).toBeUndefined()
    }
    breaker.note('host', 'me', new SshFailure('hostKeyChanged'))
    expect(codeOf(() => breaker.check('host', 'me'))).toBe('hostKeyChanged')
    expect(codeOf(() => breaker.check('host', 'new pins'))).toBeUndefined()
  })
})

describe('a call', () => {
  test('an answer that comes when nobody waits is cleaned up', async () => {
    const late: string[] = []
    let answer = (_value: string) => {}
    const call = newCall()
    const waiting = settle<string>(
      call,
      [],
      (done) => (answer = (value) => done(undefined, value)),
      (v) => void late.push(v),
    )
    const over = new Error('over')
    call.ending.end(over)
    answer('channel')
    await expect(waiting).rejects.toBe(over)
    expect(late).toEqual(['channel'])
  })

  test('an aborted signal ends it before anything begins; unknown errors are ours', async () => {
    const reason = new Error('stop')
    let begun = false
    const body = async () => {
      begun = true
    }
    await expect(withCall({ deadlineMs: 1000, signal: AbortSignal.abort(reason) }, body)).rejects.toBe(reason)
    expect(begun).toBe(false)
    const failure = await failureOf(
      withCall({ deadlineMs: 1000 }, async (call) => {
        call.sent = true
        throw new TypeError('bug')
      }),
    )
    expect([failure.code, failure.sent]).toEqual(['internalError', true])
  })
})
