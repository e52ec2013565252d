import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { claimEvents, type DueSnapshot, due } from '../../src/rollout/due.ts'
import { defaultPolicy } from '../../src/rollout/policy.ts'
import { type ReasonCode, reasons } from '../../src/rollout/reasons.ts'
import {
  type DeviceUpdateState,
  deviceUpdateStates,
  isActiveUpdate,
  isTerminalUpdate,
  nextState,
  type RolloutState,
  rolloutStates,
  type StorePackageState,
  storePackageStates,
} from '../../src/rollout/states.ts'
import type { InstallTime, InstallWait } from '../../src/rollout/time/calendar.ts'

const NOW = Date.parse('2026-11-22T23:30:00Z')
const open: InstallTime = {
  may: true,
  latestStart: NOW + 3_600_000,
  deadline: NOW + 7_200_000,
  isTrading: false,
  until: NOW + 3_600_001,
}
const shut = (because: InstallWait): InstallTime => ({
  may: false,
  because,
  at: NOW + 86_400_000,
  isTrading: false,
  until: NOW + 1,
})
const base: DueSnapshot = {
  kind: 'update',
  server: 'ok',
  install: open,
  state: 'waiting',
  reason: null,
  rolloutState: 'running',
  waveReleased: true,
  storePackageState: 'present',
  storePackageReason: null,
  storePackageAttempts: 0,
  attempts: 0,
  notBefore: null,
  armedUntil: NOW + 60_000,
  now: NOW,
  policy: defaultPolicy,
}
const nightOver = { ...defaultPolicy, endsAt: '2026-11-22T23:00:00Z' }

describe('what is due', () => {
  test.each<[string, Partial<DueSnapshot>, unknown]>([
    ['a package that is there is fetched', {}, { do: 'claim', step: 'download' }],
    [
      'one that is not is waited for',
      { storePackageState: 'uploading' },
      { do: 'wait', for: 'storePackage' },
    ],
    ['what was fetched is verified', { state: 'downloaded' }, { do: 'claim', step: 'verify' }],
    ['what is ready is installed', { state: 'ready' }, { do: 'claim', step: 'activate' }],
    ['but not before its wave', { state: 'ready', waveReleased: false }, { do: 'wait', for: 'wave' }],
    [
      'nor outside its window',
      { state: 'ready', install: shut('windowClosed') },
      { do: 'wait', for: 'windowClosed' },
    ],
    [
      'nor when it would not be over in time',
      { state: 'ready', install: shut('windowTooShort') },
      { do: 'wait', for: 'windowTooShort' },
    ],
    ['nor when it was blocked since', { state: 'ready', blocked: true }, { do: 'wait', for: 'tillBlocked' }],
    ['nor in a freeze', { state: 'ready', install: shut('frozen') }, { do: 'wait', for: 'frozen' }],
    [
      'nor before its store server',
      { state: 'ready', server: 'behind' },
      { do: 'wait', for: 'serverBehind' },
    ],
    [
      'and where the server failed, its tills are left alone',
      { state: 'ready', server: 'failed' },
      { do: 'end', event: 'skip', reason: 'serverBehind' },
    ],
    [
      'the true reason comes before a back-off',
      { state: 'ready', notBefore: NOW + 1, install: shut('windowClosed') },
      { do: 'wait', for: 'windowClosed' },
    ],
    [
      'the way back is a step of its own',
      { kind: 'rollback', state: 'ready' },
      { do: 'claim', step: 'rollback' },
    ],
    [
      'and waits for its window like any',
      { kind: 'rollback', state: 'ready', install: shut('windowClosed') },
      { do: 'wait', for: 'windowClosed' },
    ],
    [
      'a freeze that is declared in the night disarms',
      { state: 'armed', install: shut('frozen') },
      { do: 'claim', step: 'disarm' },
    ],
    [
      'what is armed is restarted although the window has no room for a new one',
      { state: 'armed', install: shut('windowTooShort') },
      { do: 'claim', step: 'restart' },
    ],
    [
      'packages are not carried before their time',
      { policy: { ...defaultPolicy, preloadFrom: '2026-11-23T00:00:00Z' } },
      { do: 'wait', for: 'preload' },
    ],
    ['downloads do not wait for a wave', { waveReleased: false }, { do: 'claim', step: 'download' }],
    [
      'a till in use is disarmed at once by a stop',
      { state: 'armed', rolloutState: 'stopping', reason: 'receiptOpen', notBefore: NOW + 1000 },
      { do: 'claim', step: 'disarm' },
    ],
    [
      'one that nobody reaches is not disarmed every second',
      { state: 'armed', rolloutState: 'stopping', reason: 'tillOffline', notBefore: NOW + 1000 },
      { do: 'wait', for: 'backoff' },
    ],
    [
      'attempts that ran out in lost workers end the update',
      { state: 'ready', attempts: defaultPolicy.maxAttempts, reason: 'leaseExpired' },
      { do: 'end', event: 'fail', reason: 'leaseExpired' },
    ],
    [
      'attempts that ran out on a silent till leave it out',
      { state: 'ready', attempts: defaultPolicy.maxAttempts, reason: 'tillOffline' },
      { do: 'end', event: 'skip', reason: 'tillOffline' },
    ],
    [
      'a store with a full disk fails its tills',
      {
        storePackageState: 'absent',
        storePackageReason: 'diskFull',
        storePackageAttempts: defaultPolicy.maxAttempts,
      },
      { do: 'end', event: 'fail', reason: 'diskFull' },
    ],
    ['armed restarts at once', { state: 'armed' }, { do: 'claim', step: 'restart' }],
    [
      'armed is disarmed in a pause',
      { state: 'armed', rolloutState: 'paused' },
      { do: 'claim', step: 'disarm' },
    ],
    [
      'armed is disarmed by a stop',
      { state: 'armed', rolloutState: 'stopping' },
      { do: 'claim', step: 'disarm' },
    ],
    ['armed is disarmed when too late', { state: 'armed', armedUntil: NOW }, { do: 'claim', step: 'disarm' }],
    [
      'armed until nobody knows when: too late',
      { state: 'armed', armedUntil: null },
      { do: 'claim', step: 'disarm' },
    ],
    [
      'armed is disarmed when the night is over',
      { state: 'armed', policy: nightOver },
      { do: 'claim', step: 'disarm' },
    ],
    ['unhealthy goes back', { state: 'unhealthy' }, { do: 'claim', step: 'rollback' }],
    ['doubt is looked at', { state: 'inDoubt' }, { do: 'claim', step: 'observe' }],
    [
      'a stop cancels what has not begun',
      { rolloutState: 'stopping' },
      { do: 'end', event: 'cancel', reason: null },
    ],
    ['a pause holds it', { rolloutState: 'paused' }, { do: 'wait', for: 'paused' }],
    [
      'the night ends',
      { state: 'ready', policy: nightOver },
      { do: 'end', event: 'skip', reason: 'nightOver' },
    ],
    [
      'and tells what was waited for',
      { state: 'ready', reason: 'receiptOpen', policy: nightOver },
      { do: 'end', event: 'skip', reason: 'receiptOpen' },
    ],
    ['a back-off is kept', { notBefore: NOW + 1 }, { do: 'wait', for: 'backoff' }],
    ['and ends', { notBefore: NOW }, { do: 'claim', step: 'download' }],
    [
      'a store that cannot get the package does not hold its tills for ever',
      {
        storePackageState: 'absent',
        storePackageAttempts: 5,
        storePackageReason: 'storeOffline',
        policy: { ...defaultPolicy, offline: 'skip' },
      },
      { do: 'end', event: 'skip', reason: 'storeOffline' },
    ],
    [
      'unless it is to be waited for until it answers',
      { storePackageState: 'absent', storePackageAttempts: 5, storePackageReason: 'storeOffline' },
      { do: 'wait', for: 'storePackage' },
    ],
    [
      'which is no reason to wait for a full disk',
      { storePackageState: 'absent', storePackageAttempts: 5, storePackageReason: 'diskFull' },
      { do: 'end', event: 'fail', reason: 'diskFull' },
    ],
  ])('%s', (_label, change, decision) => {
    expect(due({ ...base, ...change })).toEqual(decision)
  })
})

describe('whatever the rows say', () => {
  const keys = <T extends string>(table: Record<T, unknown>) =>
    fc.constantFrom(...(Object.keys(table) as T[]))
  const around = fc.option(fc.integer({ min: NOW - 1000, max: NOW + 1000 }))
  const snapshot: fc.Arbitrary<DueSnapshot> = fc.record({
    kind: fc.constantFrom('update', 'rollback'),
    server: fc.constantFrom('ok', 'behind', 'failed'),
    install: fc.constantFrom(
      open,
      shut('windowClosed'),
      shut('windowTooShort'),
      shut('frozen'),
      shut('storeOpen'),
    ),
    state: keys<DeviceUpdateState>(deviceUpdateStates),
    reason: fc.option(keys<ReasonCode>(reasons)),
    rolloutState: keys<RolloutState>(rolloutStates),
    waveReleased: fc.boolean(),
    storePackageState: keys<StorePackageState>(storePackageStates),
    storePackageReason: fc.option(keys<ReasonCode>(reasons)),
    storePackageAttempts: fc.integer({ min: 0, max: 8 }),
    attempts: fc.integer({ min: 0, max: 8 }),
    notBefore: around,
    armedUntil: around,
    now: fc.constant(NOW),
    policy: fc.constantFrom(defaultPolicy, nightOver),
  })
  const always = (rule: (s: DueSnapshot) => void): void =>
    fc.assert(fc.property(snapshot, rule), { numRuns: 3000 })

  test('the state accepts what is decided', () => {
    always((s) => {
      const decision = due(s)
      const event =
        decision.do === 'claim'
          ? claimEvents[decision.step]
          : decision.do === 'end'
            ? decision.event
            : undefined
      if (event !== undefined) expect(nextState(deviceUpdateStates, s.state, event)).toBeDefined()
    })
  })

  test('nothing is done to a row that a worker has or that is over', () => {
    always((s) => {
      if (isActiveUpdate(s.state) || isTerminalUpdate(s.state)) expect(due(s).do).toBe('wait')
    })
  })

  test('nothing new begins unless the rollout runs and the night goes on', () => {
    always((s) => {
      const decision = due(s)
      if (decision.do !== 'claim') return
      if (!['download', 'verify', 'activate', 'restart'].includes(decision.step)) return
      expect(s.rolloutState).toBe('running')
      expect(s.policy).toBe(defaultPolicy)
      expect(s.notBefore ?? 0).toBeLessThanOrEqual(s.now)
    })
  })

  test('an installation begins only in a released wave, and a restart only in time', () => {
    always((s) => {
      const decision = due(s)
      if (decision.do !== 'claim') return
      const isInstallation =
        decision.step === 'activate' || (decision.step === 'rollback' && s.state === 'ready')
      if (isInstallation) expect([s.waveReleased, s.install.may, s.server]).toEqual([true, true, 'ok'])
      if (decision.step === 'restart') expect(s.armedUntil ?? 0).toBeGreaterThan(s.now)
      if (decision.step === 'download') expect(s.storePackageState).toBe('present')
    })
  })

  test('a device that may not sell is looked after, whatever became of the rollout', () => {
    always((s) => {
      if (!['armed', 'unhealthy', 'inDoubt'].includes(s.state)) return
      const decision = due(s)
      if (decision.do === 'wait') {
        expect(decision.for).toBe('backoff')
        expect(s.notBefore ?? 0).toBeGreaterThan(s.now)
      } else expect(decision.do).toBe('claim')
    })
  })
})
