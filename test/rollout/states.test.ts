import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  activeUpdateStates,
  allowedEvents,
  deviceUpdateStates,
  isActiveUpdate,
  isTerminalRollout,
  isTerminalUpdate,
  laneClosedStates,
  type Machine,
  type MachineName,
  machines,
  nextState,
  terminalUpdateStates,
} from '../../src/rollout/states.ts'

const names = Object.keys(machines) as MachineName[]
const update: Machine = deviceUpdateStates
const updateStates = Object.keys(update)

/** Every cell of a table: from, event, to. */
const cells = (machine: Machine): [string, string, string][] =>
  Object.entries(machine).flatMap(([from, row]) =>
    Object.entries(row).map(([event, to]): [string, string, string] => [from, event, to]),
  )

/** All states that can be reached from `start` by events that `may` lets through. */
function reachable(
  machine: Machine,
  start: string,
  may: (event: string) => boolean = () => true,
): Set<string> {
  const seen = new Set([start])
  for (const state of seen)
    for (const [event, to] of Object.entries(machine[state] ?? {})) if (may(event)) seen.add(to)
  return seen
}

const isRetry = (event: string): boolean => event.startsWith('retry')

describe.each(names)('the table %s', (name) => {
  const machine: Machine = machines[name]
  const first = Object.keys(machine)[0] ?? ''

  test('every event leads to a state of the same table', () => {
    for (const [from, event, to] of cells(machine)) expect(machine, `${from} ${event}`).toHaveProperty(to)
  })

  test('every state can be reached from the first', () => {
    expect([...reachable(machine, first)].sort()).toEqual(Object.keys(machine).sort())
  })

  test('an event that a state does not list is refused', () => {
    const events = [...new Set(cells(machine).map(([, event]) => event))]
    for (const state of Object.keys(machine))
      for (const event of events) {
        const listed = allowedEvents(machine, state).includes(event)
        expect(nextState(machine, state, event) !== undefined, `${state} ${event}`).toBe(listed)
      }
  })

  test('names of the language are neither states nor events', () => {
    const strange = fc.constantFrom('__proto__', 'constructor', 'toString', 'hasOwnProperty', '')
    fc.assert(
      fc.property(fc.oneof(strange, fc.string()), fc.oneof(strange, fc.string()), (state, event) => {
        fc.pre(!Object.hasOwn(machine, state))
        expect(nextState(machine, state, event)).toBeUndefined()
        expect(nextState(machine, first, `${event} `)).toBeUndefined()
        expect(allowedEvents(machine, state)).toEqual([])
      }),
    )
  })
})

describe('a rollout', () => {
  test('that was cancelled stays so; a finished one goes on only by being reopened', () => {
    expect(allowedEvents(machines.rollout, 'cancelled')).toEqual([])
    expect(allowedEvents(machines.rollout, 'finished')).toEqual(['reopen'])
    expect(Object.keys(machines.rollout).filter(isTerminalRollout).sort()).toEqual(['cancelled', 'finished'])
  })

  test('runs only after it was scheduled, and is scheduled only from a draft or by approval', () => {
    const into = (to: string) => cells(machines.rollout).filter((cell) => cell[2] === to)
    expect(into('scheduled').map(([from, event]) => `${from} ${event}`)).toEqual([
      'draft schedule',
      'awaitingApproval approve',
    ])
    expect(into('running').map(([from]) => from)).toEqual(['scheduled', 'paused', 'finished'])
  })

  test('can be stopped wherever it is not at its end', () => {
    for (const state of Object.keys(machines.rollout).filter(
      (s) => !isTerminalRollout(s) && s !== 'stopping',
    ))
      expect(allowedEvents(machines.rollout, state), state).toContain('stop')
  })
})

describe('a store package', () => {
  test('is present only after an upload, and a lost worker never leaves it present', () => {
    const into = cells(machines.storePackage).filter((cell) => cell[2] === 'present')
    expect(into).toEqual([['uploading', 'uploaded', 'present']])
    expect(nextState(machines.storePackage, 'uploading', 'leaseLost')).toBe('absent')
    expect(nextState(machines.storePackage, 'removing', 'leaseLost')).toBe('absent')
  })
})

describe('a device update', () => {
  test('is at rest, active or terminal: one of the three', () => {
    for (const state of updateStates)
      expect(isActiveUpdate(state) && isTerminalUpdate(state), state).toBe(false)
    for (const state of [...activeUpdateStates, ...terminalUpdateStates, ...laneClosedStates])
      expect(updateStates).toContain(state)
  })

  test('leaves a terminal state only by a retry, and no other state by one', () => {
    for (const [from, event] of cells(update))
      expect(isRetry(event), `${from} ${event}`).toBe(isTerminalUpdate(from))
  })

  test('a retry never leads straight into work or to an end', () => {
    for (const [from, event, to] of cells(update).filter(([, event]) => isRetry(event)))
      expect(isActiveUpdate(to) || isTerminalUpdate(to), `${from} ${event}`).toBe(false)
  })

  test('that succeeded or was cancelled is over; broken and rolled back are looked at first', () => {
    expect(allowedEvents(update, 'succeeded')).toEqual([])
    expect(allowedEvents(update, 'cancelled')).toEqual([])
    expect(allowedEvents(update, 'broken')).toEqual(['retryLook'])
    expect(allowedEvents(update, 'rolledBack')).toEqual(['retryLook'])
  })

  test('becomes active only by a claim, from rest; inDoubt is claimed without moving', () => {
    for (const [from, event, to] of cells(update)) {
      expect(event.startsWith('claim'), `${from} ${event}`).toBe(
        isActiveUpdate(to) || event === 'claimObserve',
      )
      if (event.startsWith('claim')) expect(isActiveUpdate(from) || isTerminalUpdate(from)).toBe(false)
    }
  })

  test('every active state survives the loss of its worker, at rest', () => {
    for (const state of activeUpdateStates) {
      const next = nextState(update, state, 'leaseLost')
      expect(next, state).toBeDefined()
      expect(isActiveUpdate(next ?? '') || isTerminalUpdate(next ?? ''), state).toBe(false)
    }
  })

  test('from activating on, a lost worker leaves doubt and never a guess', () => {
    for (const state of ['activating', 'restarting', 'disarming', 'rollingBack'])
      expect(nextState(update, state, 'leaseLost'), state).toBe('inDoubt')
    expect(nextState(update, 'downloading', 'leaseLost')).toBe('waiting')
    expect(nextState(update, 'verifying', 'leaseLost')).toBe('downloaded')
  })

  test.each([
    ['succeeded', ['inDoubt seenNew', 'activating alreadyNew', 'restarting healthy']],
    ['rolledBack', ['rollingBack reverted', 'inDoubt seenReverted']],
    ['broken', ['inDoubt seenBroken', 'rollingBack beyondRepair']],
    ['unhealthy', ['inDoubt seenUnhealthy', 'restarting unhealthy', 'rollingBack deferred']],
    ['armed', ['inDoubt seenArmed', 'activating armed', 'restarting deferred', 'disarming deferred']],
    ['rollingBack', ['unhealthy claimRollback', 'ready claimRollback']],
    ['restarting', ['armed claimRestart']],
    ['activating', ['ready claimActivate']],
  ])('is %s only by %j', (state, ways) => {
    const into = cells(update).filter(([, , to]) => to === state)
    expect(into.map(([from, event]) => `${from} ${event}`).sort()).toEqual([...ways].sort())
  })

  test('what is deferred or lost its worker has not ended', () => {
    for (const [from, event, to] of cells(update))
      if (event === 'deferred' || event === 'leaseLost')
        expect(isTerminalUpdate(to), `${from} ${event}`).toBe(false)
  })

  test('doubt is left by evidence alone', () => {
    for (const [, event, to] of cells({ inDoubt: update.inDoubt ?? {} }))
      expect(to === 'inDoubt' || event.startsWith('seen'), event).toBe(true)
  })

  test('reaches an end from everywhere without a person', () => {
    for (const state of updateStates) {
      const ends = [...reachable(update, state, (event) => !isRetry(event))].filter(isTerminalUpdate)
      expect(ends.length, state).toBeGreaterThan(0)
    }
  })

  test('once armed it finishes, reverts or is disarmed: it cannot be dropped', () => {
    const dropped = new Set(['skipped', 'cancelled', 'failed'])
    for (const state of laneClosedStates)
      for (const [event, to] of Object.entries(update[state] ?? {}))
        if (dropped.has(to)) expect(`${state} ${event}`).toMatch(/^activating (fail|skip)$/)
  })

  test('a lane is closed while the device may restart or may not sell', () => {
    const mayRestart = reachable(
      update,
      'armed',
      (event) => !isRetry(event) && !event.startsWith('seenReady'),
    )
    for (const state of [
      'armed',
      'restarting',
      'disarming',
      'unhealthy',
      'rollingBack',
      'inDoubt',
      'broken',
    ]) {
      expect(mayRestart, state).toContain(state)
      expect(laneClosedStates, state).toContain(state)
    }
    for (const state of [
      'waiting',
      'downloading',
      'downloaded',
      'verifying',
      'ready',
      'succeeded',
      'rolledBack',
    ])
      expect(laneClosedStates, state).not.toContain(state)
  })
})

describe('any night of a device update', () => {
  const events = [...new Set(cells(update).map(([, event]) => event))]

  /** The states that a list of events passes through; refused events change nothing. */
  function walk(list: readonly string[]): string[] {
    let state = 'waiting'
    return [state, ...list.map((event) => (state = nextState(update, state, event) ?? state))]
  }

  test('is activated only after it was verified, and a damaged package is fetched again first', () => {
    const noRetry = fc.array(fc.constantFrom(...events.filter((event) => !isRetry(event))), { maxLength: 60 })
    fc.assert(
      fc.property(noRetry, (list) => {
        let verified = false
        for (const [i, state] of walk(list).entries()) {
          if (state === 'ready' && i > 0) verified = true
          if (state === 'waiting') verified = false
          if (state === 'activating') expect(verified).toBe(true)
        }
      }),
      { numRuns: 2000 },
    )
  })

  test('an end stays an end until a person asks', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...events), { maxLength: 60 }), (list) => {
        const states = walk(list)
        for (const [i, event] of list.entries()) {
          const before = states[i] ?? ''
          if (isTerminalUpdate(before) && states[i + 1] !== before) expect(isRetry(event)).toBe(true)
        }
      }),
      { numRuns: 2000 },
    )
  })
})
