import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Selectable, type Selection, selects } from '../../../src/rollout/plan/selection.ts'

const device: Selectable = {
  storeCode: 'M1',
  group: 'east',
  labels: ['pilot', 'mall'],
  kind: 'till',
  version: 95_000,
  cashId: '50001002',
}

describe('selection', () => {
  test.each<[string, Selection, boolean]>([
    ['nothing said: everybody', {}, true],
    ['its store', { stores: ['M2', 'M1'] }, true],
    ['another store', { stores: ['M2'] }, false],
    ['an empty list names nobody', { stores: [] }, false],
    ['its group', { groups: ['east'] }, true],
    ['any of the labels', { labels: ['x', 'mall'] }, true],
    ['none of the labels', { labels: ['x'] }, false],
    ['its kind', { kinds: ['till'] }, true],
    ['its version', { versions: [95_000] }, true],
    ['another version', { versions: [94_000] }, false],
    ['its cash id', { cashIds: ['50001002'] }, true],
    ['members narrow each other', { stores: ['M1'], kinds: ['selfCheckout'] }, false],
    ['all that remain', { remaining: true }, true],
    ['taken out by one', { exclude: [{ labels: ['pilot'] }] }, false],
    ['not by half of one', { exclude: [{ labels: ['pilot'], kinds: ['selfCheckout'] }] }, true],
    ['any of them takes out', { exclude: [{ stores: ['M9'] }, { stores: ['M1'] }] }, false],
    ['what takes out by nothing takes out all', { exclude: [{}] }, false],
  ])('%s', (_label, selection, is) => {
    expect(selects(selection, device, 96_000)).toBe(is)
  })

  test.each([
    [95_999, true],
    [96_000, false],
    [97_000, false],
    [null, true],
  ])('version %s remains to be updated: %s', (version, is) => {
    expect(selects({ remaining: true }, { ...device, version }, 96_000)).toBe(is)
  })

  test('a group that a store has not is never chosen', () => {
    expect(selects({ groups: ['east'] }, { ...device, group: null }, 96_000)).toBe(false)
  })

  test('a part and all without it are together everybody, nobody twice', () => {
    const part = fc.record(
      {
        stores: fc.subarray(['M1', 'M2']),
        labels: fc.subarray(['pilot', 'x']),
        kinds: fc.subarray(['till', 'selfCheckout']),
      },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(part, (criteria) => {
        expect(selects({ exclude: [criteria] }, device, 96_000)).toBe(!selects(criteria, device, 96_000))
      }),
    )
  })
})
