/** What a page has to look at again: names that are told, and how many at most. */
import { expect, test } from 'vitest'
import type { EventRow } from '../../src/db/events.ts'
import { foldTopics, MAX_NAMES } from '../../src/events/topics.ts'

const event = (code: string, more: Partial<EventRow> = {}): EventRow => ({
  ...{ cursor: '1-1', at: new Date(0), code, actor: 'x', rolloutId: null, storeId: null, deviceId: null },
  ...{ updateId: null, storePackageId: null, params: {} },
  ...more,
})
const nothing = { cashIds: [], stores: [] }
const many = (count: number, name: string): string[] => Array.from({ length: count }, (_, n) => name + n)

test.each<[string, EventRow, readonly string[]]>([
  ['a moved update', event('updateMoved', { rolloutId: 'r' }), ['events', 'rollouts', 'rollouts:r']],
  [
    'a rollout that began brings its devices',
    event('rolloutStarted', { rolloutId: 'r' }),
    ['board', 'devices', 'events', 'rollouts', 'rollouts:r'],
  ],
  [
    'an errand, by its request',
    event('messageSent', { params: { requestId: 'q' } }),
    ['commands', 'commands:q', 'events'],
  ],
  ['the end of any errand', event('commandEnded'), ['commands', 'commands:*', 'events']],
  [
    'a package on its way to a store',
    event('updateMoved', { storePackageId: 'p' }),
    ['events', 'storePackages'],
  ],
  ['what no table knows', event('somethingNew'), ['events']],
])('%s', (_name, one, wanted) => {
  expect(foldTopics([one], nothing)).toEqual(wanted)
})

test('a status alone is no event', () => {
  expect(foldTopics([], { cashIds: ['1'], stores: ['A'] })).toEqual([
    ...['devices', 'devices:1', 'stores', 'stores:A'],
  ])
})

test('too many names of one kind are any of it, and hide no other', () => {
  const rollouts = many(3, 'r').map((rolloutId) => event('updateMoved', { rolloutId }))
  const topics = foldTopics(rollouts, { cashIds: many(MAX_NAMES, 'd'), stores: many(150, 's') })
  expect(topics).toEqual(expect.arrayContaining(['devices', 'devices:*', 'rollouts:r2', 'stores:s149']))
  expect(topics.filter((topic) => topic.includes(':')).length).toBe(3 + 150 + 1)
  const fewer = foldTopics([], { cashIds: many(MAX_NAMES, 'd'), stores: [] })
  expect(fewer.length).toBe(MAX_NAMES + 1)
})
