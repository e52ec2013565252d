/** A draft that the API was told more of than the wizard has fields for: changed in the wizard, it loses nothing. */
import { describe, expect, test } from 'vitest'
import { defaultPolicy } from '../../src/rollout/policy.ts'
import { planBody, reviseBody } from '../../web/src/screens/wizard/draft.ts'
import { draftOf } from '../../web/src/screens/wizard/draft-of.ts'
import { replacedTemplate, withoutKept } from '../../web/src/screens/wizard/waves-draft.ts'

const kept = (changes: object) =>
  draftOf({
    ...{ id: 'r', name: 'night', selection: {}, cut: { template: 'single' }, serverPackageId: null },
    policy: defaultPolicy as never,
    revision: 1,
    package: { id: 'p' },
    ...changes,
  })
const wavesOf = (cut: unknown) => planBody(kept({ cut }), 'p').waves

describe('whom it is for', () => {
  test.each([
    [{ groups: ['north'], exclude: [{ stores: ['M1'] }, { labels: ['кафе'], kinds: ['till'] }] }],
    [{ exclude: [{ cashIds: ['1'] }], remaining: true }],
    [{ cashIds: ['1', '2'], kinds: ['till'], groups: ['north'], exclude: [{ stores: ['M2'] }] }],
    [{ kinds: ['priceChecker', 'till'] }],
    [{}],
  ])('%j stays whole', (selection) => {
    expect(planBody(kept({ selection }), 'p').selection).toEqual(selection)
    expect(reviseBody(kept({ selection }), 'cut')).toMatchObject({ selection, waves: 'cut' })
  })

  test('versions go back as eight digits, wherever they stand', () => {
    const selection = { cashIds: ['1'], versions: [95_000], exclude: [{ versions: [94_000, 93_001] }] }
    expect(planBody(kept({ selection }), 'p').selection).toEqual({
      ...{ cashIds: ['1'], versions: ['00095000'] },
      exclude: [{ versions: ['00094000', '00093001'] }],
    })
  })

  test('who leaves the list for conditions takes what is left out along, and nothing twice', () => {
    const selection = { cashIds: ['1'], groups: ['north'], exclude: [{ stores: ['M2'] }] }
    const { targets, ...draft } = kept({ selection })
    const some = { ...draft, targets: { ...targets, by: 'some' as const, groups: ['south'] } }
    expect(planBody(some, 'p').selection).toEqual({ groups: ['south'], exclude: [{ stores: ['M2'] }] })
    const whole = { ...draft, targets: { ...targets, by: 'whole' as const } }
    expect(planBody(whole, 'p').selection).toEqual({ exclude: [{ stores: ['M2'] }] })
  })
})

const own = [
  { by: 'stores', stores: ['A, B', 'C'], name: 'пилот', gate: { successPercent: 100, soakMinutes: 60 } },
  { by: 'percent', percent: 10, of: 'devices', gate: { approval: true } },
  { by: 'percent', percent: 20, cumulative: true },
  { by: 'cover', notStores: ['C'] },
  { by: 'cashIds', cashIds: ['1', '2'] },
  { by: 'parity', parity: 'odd', name: 'нечётные' },
  { by: 'rest', gate: { failurePercent: 1 } },
]

describe('waves', () => {
  test.each([
    [own],
    [{ template: 'single', pilotGate: { approval: true, minimumSample: 3 } }],
    [{ template: 'canary', stores: 2, percents: [5, 25], pilotGate: { soakMinutes: 30, approval: true } }],
    [{ template: 'pilotEvenOdd', pilotStores: 3, pilotGate: { approval: false } }],
    [{ template: 'eastToWest', pilotGate: { failurePercent: 2 } }],
    [{ template: 'stratifiedPilot', percent: 50 }],
  ])('%j stay as they are', (cut) => {
    expect(wavesOf(cut)).toEqual(cut)
  })

  test('a wave that takes somebody else keeps its name and its gate', () => {
    const draft = kept({ cut: own })
    const [first, second, ...rest] = draft.waves.own
    if (first === undefined || second === undefined) throw new Error('no waves')
    const changed = [
      { ...first, by: 'groups' as const, value: 'north' },
      { ...second, value: '15' },
      ...rest.slice(1),
    ]
    expect(planBody({ ...draft, waves: { ...draft.waves, own: changed } }, 'p').waves).toEqual([
      { by: 'groups', groups: ['north'], name: 'пилот', gate: { successPercent: 100, soakMinutes: 60 } },
      { by: 'percent', percent: 15, of: 'devices', cumulative: false, gate: { approval: true } },
      ...own.slice(3),
    ])
  })

  test('waiting for a person after the pilot is changed alone', () => {
    const draft = kept({ cut: own })
    const asked = planBody({ ...draft, waves: { ...draft.waves, pilotApproval: true } }, 'p').waves
    expect(asked).toEqual([
      { ...own[0], gate: { successPercent: 100, soakMinutes: 60, approval: true } },
      ...own.slice(1),
    ])
    const canary = kept({ cut: { template: 'canary', pilotGate: { approval: true, soakMinutes: 5 } } })
    const without = planBody({ ...canary, waves: { ...canary.waves, pilotApproval: false } }, 'p').waves
    expect(without).toMatchObject({ template: 'canary', pilotGate: { soakMinutes: 5 } })
    expect(without).not.toMatchObject({ pilotGate: { approval: true } })
  })

  test('another way of cutting says that it takes the place of what was kept; going back finds it whole', () => {
    const draft = kept({ cut: own })
    const canary = { ...draft.waves, template: 'canary' as const }
    expect(replacedTemplate(canary)).toBe('custom')
    expect(replacedTemplate(withoutKept(canary))).toBeUndefined()
    const back = { ...canary, template: 'custom' as const }
    expect(planBody({ ...draft, waves: back }, 'p').waves).toEqual(own)
  })
})
