/** One mark per device: every state of an update and none, by every outcome of the last asking. */
import { describe, expect, test } from 'vitest'
import {
  type BoardReach,
  type Mark,
  type MarkFacts,
  markOf,
  markReason,
  marks,
  needsPerson,
  reaches,
} from '../../../src/rollout/page/mark.ts'
import { type DeviceUpdateState, deviceUpdateStates } from '../../../src/rollout/states.ts'

const facts = (state: DeviceUpdateState | null, more: Partial<MarkFacts> = {}): MarkFacts => ({
  ...{ state, reason: null, kind: 'update', reach: 'answers' },
  ...more,
})

/** In the order of `reaches`: answers, unwell, silent, never. */
const table: Record<DeviceUpdateState | 'none', readonly [Mark, Mark, Mark, Mark]> = {
  none: ['sells', 'broken', 'unreachable', 'none'],
  waiting: ['waiting', 'broken', 'unreachable', 'waiting'],
  downloaded: ['waiting', 'broken', 'unreachable', 'waiting'],
  ready: ['waiting', 'broken', 'unreachable', 'waiting'],
  downloading: ['running', 'running', 'running', 'running'],
  verifying: ['running', 'running', 'running', 'running'],
  activating: ['running', 'running', 'running', 'running'],
  armed: ['running', 'running', 'running', 'running'],
  restarting: ['running', 'running', 'running', 'running'],
  disarming: ['running', 'running', 'running', 'running'],
  unhealthy: ['running', 'running', 'running', 'running'],
  rollingBack: ['running', 'running', 'running', 'running'],
  inDoubt: ['inDoubt', 'inDoubt', 'inDoubt', 'inDoubt'],
  succeeded: ['done', 'broken', 'done', 'done'],
  rolledBack: ['rolledBack', 'broken', 'rolledBack', 'rolledBack'],
  failed: ['failed', 'broken', 'failed', 'failed'],
  broken: ['broken', 'broken', 'broken', 'broken'],
  skipped: ['skipped', 'broken', 'skipped', 'skipped'],
  cancelled: ['skipped', 'broken', 'skipped', 'skipped'],
}

describe('of an update', () => {
  test.each(Object.entries(table))('%s', (name, wanted) => {
    const state = name === 'none' ? null : (name as DeviceUpdateState)
    const found = reaches.map((reach) => markOf(facts(state, { reach })))
    expect(found).toEqual(wanted)
  })

  test('every state and every mark is in the table', () => {
    expect(Object.keys(table).sort()).toEqual([...Object.keys(deviceUpdateStates), 'none'].sort())
    expect(new Set(Object.values(table).flat())).toEqual(new Set(marks))
  })
})

test.each<[DeviceUpdateState, string, BoardReach, Mark]>([
  ['skipped', 'tillOffline', 'answers', 'unreachable'],
  ['skipped', 'storeOffline', 'silent', 'unreachable'],
  ['skipped', 'notNeeded', 'answers', 'done'],
  ['skipped', 'versionLower', 'silent', 'done'],
  ['skipped', 'noAddress', 'never', 'skipped'],
  ['skipped', 'nightOver', 'answers', 'skipped'],
  ['waiting', 'storeOffline', 'answers', 'unreachable'],
  ['ready', 'tillOffline', 'never', 'unreachable'],
  ['ready', 'shiftOpen', 'answers', 'waiting'],
  ['downloading', 'tillOffline', 'silent', 'running'],
  ['failed', 'hostKeyChanged', 'silent', 'failed'],
])('%s because of %s, %s: %s', (state, reason, reach, wanted) => {
  expect(markOf(facts(state, { reason, reach }))).toBe(wanted)
})

test('on the way back, who is back is done, and who still has the new version is not', () => {
  const back = (state: DeviceUpdateState) => markOf(facts(state, { kind: 'rollback' }))
  expect([back('rolledBack'), back('succeeded'), back('rollingBack'), back('broken')]).toEqual([
    ...['done', 'failed', 'running', 'broken'],
  ])
})

test('whom nothing mends by itself', () => {
  expect(marks.filter(needsPerson)).toEqual(['broken', 'failed', 'rolledBack'])
})

test.each<[DeviceUpdateState | null, Partial<MarkFacts>, string | null, string | null]>([
  ['failed', { reason: 'diskFull' }, null, 'diskFull'],
  ['succeeded', { reason: 'leaseExpired' }, null, null],
  ['downloading', { reason: 'connectionLost' }, null, null],
  ['succeeded', { reach: 'unwell' }, null, 'notHealthy'],
  ['broken', { reason: 'healthFailed', reach: 'unwell' }, null, 'healthFailed'],
  ['waiting', { reach: 'silent' }, 'timedOut', 'timedOut'],
  ['waiting', { reach: 'silent', reason: 'shiftOpen' }, 'timedOut', 'timedOut'],
  ['skipped', { reason: 'tillOffline' }, null, 'tillOffline'],
  ['ready', { reason: 'shiftOpen' }, null, 'shiftOpen'],
  [null, { reach: 'silent' }, 'storeOffline', 'storeOffline'],
  [null, {}, null, null],
])('why: %s, %o', (state, more, silence, wanted) => {
  expect(markReason(facts(state, more), silence)).toBe(wanted)
})
