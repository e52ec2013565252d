/** What a page has to look at again: names that are told, and how many at most. */
import { expect, test } from 'vitest'
import { foldTopics, MAX_NAMES, type Told } from '../../src/events/topics.ts'

const told = (codes: readonly string[], more: Partial<Told> = {}): Told => ({
  ...{ events: codes.length, codes, rolloutIds: [], requestIds: [], hasStorePackages: false },
  ...more,
})
const nothing = { cashIds: [], stores: [] }
const many = (count: number, name: string): string[] => Array.from({ length: count }, (_, n) => name + n)

test.each<[string, Told, readonly string[]]>([
  ['a moved update', told(['updateMoved'], { rolloutIds: ['r'] }), ['events', 'rollouts', 'rollouts:r']],
  [
    'a rollout that began brings its devices',
    told(['rolloutStarted'], { rolloutIds: ['r'] }),
    ['board', 'devices', 'events', 'rollouts', 'rollouts:r'],
  ],
  [
    'an errand, by its request',
    told(['messageSent'], { requestIds: ['q'] }),
    ['commands', 'commands:q', 'events'],
  ],
  [
    'the end of any errand',
    told(['commandEnded'], { requestIds: [null] }),
    ['commands', 'commands:*', 'events'],
  ],
  [
    'a package on its way to a store',
    told(['updateMoved'], { hasStorePackages: true }),
    ['events', 'storePackages'],
  ],
  ['what no table knows', told(['somethingNew']), ['events']],
])('%s', (_name, one, wanted) => {
  expect(foldTopics(one, nothing)).toEqual(wanted)
})

test('a status alone is no event', () => {
  expect(foldTopics(told([]), { cashIds: ['1'], stores: ['A'] })).toEqual([
    ...['devices', 'devices:1', 'stores', 'stores:A'],
  ])
})

test('too many names of one kind are any of it, and hide no other', () => {
  const rollouts = told(['updateMoved'], { rolloutIds: many(3, 'r') })
  const topics = foldTopics(rollouts, { cashIds: many(MAX_NAMES, 'd'), stores: many(150, 's') })
  expect(topics).toEqual(expect.arrayContaining(['devices', 'devices:*', 'rollouts:r2', 'stores:s149']))
  expect(topics.filter((topic) => topic.includes(':')).length).toBe(3 + 150 + 1)
  const fewer = foldTopics(told([]), { cashIds: many(MAX_NAMES, 'd'), stores: [] })
  expect(fewer.length).toBe(MAX_NAMES + 1)
})
