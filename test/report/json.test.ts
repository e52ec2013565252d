import { describe, expect, test } from 'vitest'
import { type EveningJson, eveningJson, type MorningJson, morningJson } from '../../src/report/json.ts'
import { evening } from '../../src/rollout/report/evening.ts'
import { morning } from '../../src/rollout/report/morning.ts'
import { eveningChain, morningChain } from '../rollout/report/report-facts.ts'

/** Every path of a value, `[]` for any place in a list, with the types found there; what a check gave is its own. */
function shapeOf(
  value: unknown,
  path = '',
  shape = new Map<string, Set<string>>(),
): Map<string, Set<string>> {
  if (Array.isArray(value)) for (const one of value) shapeOf(one, `${path}[]`, shape)
  else if (value !== null && typeof value === 'object') {
    for (const [key, inner] of Object.entries(value)) {
      if (key !== 'params') shapeOf(inner, path === '' ? key : `${path}.${key}`, shape)
    }
  } else {
    const types = shape.get(path) ?? new Set<string>()
    shape.set(path, types.add(value === null ? 'null' : typeof value))
  }
  return shape
}

/** Every number of a value outside `params`. */
function numbersOf(value: unknown): number[] {
  if (typeof value === 'number') return [value]
  if (value === null || typeof value !== 'object') return []
  return Object.entries(value).flatMap(([key, inner]) => (key === 'params' ? [] : numbersOf(inner)))
}

const eveningText: EveningJson = eveningJson(evening(eveningChain()))
const morningText: MorningJson = morningJson(morning(morningChain()))

describe('JSON', () => {
  test('says which shape it has, as of when, in ISO time and eight digits', () => {
    expect(eveningText).toMatchObject({
      format: 'nightshift/evening/1',
      kind: 'evening',
      madeAt: '2026-11-22T14:00:00.000Z',
      timeZone: null,
      rollout: { toVersion: '00096000', startedAt: '2026-11-22T12:00:00.000Z', finishedAt: null },
    })
    expect(morningText).toMatchObject({ format: 'nightshift/morning/1', madeAt: '2026-11-23T06:45:00.000Z' })
  })

  test('keeps what a store without an hour has', () => {
    const opening = morningText.stores.map(({ code, opensAt }) => [code, opensAt])
    expect(opening).toContainEqual(['004', 'always'])
    expect(opening).toContainEqual(['001', '2026-11-23T06:00:00.000Z'])
  })

  test('has no time left as a number, and takes no count for a time', () => {
    for (const number of [...numbersOf(eveningText), ...numbersOf(morningText)])
      expect(number).toBeLessThan(1_000_000)
    expect(morningText.comparison?.devices).toEqual({ code: 'devices', now: 11, before: 13, difference: -2 })
  })

  test('is what a file holds', () => {
    expect(JSON.parse(JSON.stringify(eveningText))).toEqual(eveningText)
    expect(JSON.parse(JSON.stringify(morningText))).toEqual(morningText)
  })

  test('leaves what a check found as it was', () => {
    const till = eveningText.stores.flatMap(({ devices }) => devices).find(({ cashId }) => cashId === '001-1')
    expect(till?.causes[0]).toEqual({
      from: 'finding',
      code: 'shiftOpen',
      level: 'block',
      params: { number: 12, openedAt: '2026-11-22T05:15:00Z' },
      isUnknown: false,
      since: '2026-11-22T06:00:00.000Z',
      owner: 'store',
    })
  })

  test('has the members of its format, and no others', () => {
    const members = (value: unknown) =>
      [...shapeOf(value)].map(([path]) => path).filter((path) => !/(counts|receipts|storesBy)\./.test(path))
    expect(members(eveningText).sort()).toMatchInlineSnapshot(`
      [
        "causes[].code",
        "causes[].devices",
        "causes[].from",
        "causes[].isUnknown",
        "causes[].owner",
        "causes[].stores[]",
        "format",
        "kind",
        "madeAt",
        "rollout.finishedAt",
        "rollout.id",
        "rollout.kind",
        "rollout.name",
        "rollout.startedAt",
        "rollout.state",
        "rollout.toVersion",
        "staleMinutes",
        "stores[].because",
        "stores[].code",
        "stores[].devices[].askedAt",
        "stores[].devices[].cashId",
        "stores[].devices[].causes[].code",
        "stores[].devices[].causes[].from",
        "stores[].devices[].causes[].isUnknown",
        "stores[].devices[].causes[].level",
        "stores[].devices[].causes[].owner",
        "stores[].devices[].causes[].since",
        "stores[].devices[].findings",
        "stores[].devices[].findings[].code",
        "stores[].devices[].findings[].level",
        "stores[].devices[].group",
        "stores[].devices[].hasAddress",
        "stores[].devices[].inReserve",
        "stores[].devices[].kind",
        "stores[].devices[].knownSince",
        "stores[].devices[].name",
        "stores[].devices[].needsSomebody",
        "stores[].devices[].number",
        "stores[].devices[].readAt",
        "stores[].devices[].reason",
        "stores[].devices[].source",
        "stores[].devices[].state",
        "stores[].devices[].storeCode",
        "stores[].devices[].unreachableReason",
        "stores[].fits",
        "stores[].isQuiet",
        "stores[].latestStart",
        "stores[].name",
        "stores[].needSomebody",
        "stores[].phone",
        "stores[].timeZone",
        "stores[].warned",
        "stores[].windowFrom",
        "stores[].windowTo",
        "timeZone",
        "totals.devices",
        "totals.expected",
        "totals.needSomebody",
        "totals.oldestReadAt",
        "totals.ready",
        "totals.readyPercent",
        "totals.stores",
        "totals.storesNotTonight",
        "warnings[].code",
        "warnings[].devices",
        "warnings[].from",
        "warnings[].isUnknown",
        "warnings[].owner",
        "warnings[].stores[]",
      ]
    `)
    expect(members(morningText).sort()).toMatchInlineSnapshot(`
      [
        "causes[].code",
        "causes[].devices",
        "causes[].from",
        "causes[].isUnknown",
        "causes[].owner",
        "causes[].stores[]",
        "comparison.arrivedPercent.before",
        "comparison.arrivedPercent.now",
        "comparison.before.finishedAt",
        "comparison.before.id",
        "comparison.before.kind",
        "comparison.before.name",
        "comparison.before.startedAt",
        "comparison.before.state",
        "comparison.before.toVersion",
        "comparison.devices.before",
        "comparison.devices.code",
        "comparison.devices.difference",
        "comparison.devices.now",
        "comparison.reasons[].before",
        "comparison.reasons[].code",
        "comparison.reasons[].difference",
        "comparison.reasons[].now",
        "comparison.seconds.before",
        "comparison.seconds.now",
        "comparison.states[].before",
        "comparison.states[].code",
        "comparison.states[].difference",
        "comparison.states[].now",
        "format",
        "kind",
        "madeAt",
        "outcomes[].devices",
        "outcomes[].state",
        "rollout.finishedAt",
        "rollout.id",
        "rollout.kind",
        "rollout.name",
        "rollout.startedAt",
        "rollout.state",
        "rollout.toVersion",
        "staleMinutes",
        "stores[].code",
        "stores[].devices[].askedAt",
        "stores[].devices[].blocked",
        "stores[].devices[].cashId",
        "stores[].devices[].causes[].code",
        "stores[].devices[].causes[].from",
        "stores[].devices[].causes[].isUnknown",
        "stores[].devices[].causes[].level",
        "stores[].devices[].causes[].owner",
        "stores[].devices[].causes[].since",
        "stores[].devices[].confirmedAt",
        "stores[].devices[].finishedAt",
        "stores[].devices[].firstReceipt",
        "stores[].devices[].fromVersion",
        "stores[].devices[].group",
        "stores[].devices[].hasAddress",
        "stores[].devices[].health",
        "stores[].devices[].inReserve",
        "stores[].devices[].isListed",
        "stores[].devices[].kind",
        "stores[].devices[].lastReceiptAt",
        "stores[].devices[].name",
        "stores[].devices[].number",
        "stores[].devices[].provenAt",
        "stores[].devices[].readAt",
        "stores[].devices[].reason",
        "stores[].devices[].runningVersion",
        "stores[].devices[].source",
        "stores[].devices[].state",
        "stores[].devices[].stateSince",
        "stores[].devices[].storeCode",
        "stores[].devices[].unreachableReason",
        "stores[].isQuiet",
        "stores[].isSilent",
        "stores[].name",
        "stores[].opensAt",
        "stores[].phone",
        "stores[].timeZone",
        "stores[].worst",
        "timeZone",
        "totals.counted",
        "totals.devices",
        "totals.silentStores",
        "totals.stores",
        "totals.updated",
        "totals.updatedPercent",
      ]
    `)
  })
})
