/** From when to when the journal is shown, without a browser: by the clock of whoever looks, in any zone. */
import { describe, expect, it } from 'vitest'
import { parseFilter } from '../../src/api/filter/parse.ts'
import {
  endOfField,
  endsOf,
  fieldOf,
  isBackwards,
  nameOf,
  readEnds,
  spanNames,
  termsOf,
} from '../../web/src/screens/journal/span.ts'

/** By the clock of the machine that runs this. */
const local = (text: string): Date => new Date(text)
const said = (end: string | undefined): string => fieldOf(end)

describe('a night', () => {
  it.each([
    ['in its middle', '2026-11-23T03:00', '2026-11-22T18:00', '2026-11-23T12:00'],
    ['the morning after', '2026-11-23T09:30', '2026-11-22T18:00', '2026-11-23T12:00'],
    ['in the afternoon', '2026-11-23T15:00', '2026-11-22T18:00', '2026-11-23T12:00'],
    ['when it begins', '2026-11-23T18:00', '2026-11-23T18:00', '2026-11-24T12:00'],
    ['over the end of a year', '2027-01-01T01:00', '2026-12-31T18:00', '2027-01-01T12:00'],
  ])('%s', (_, now, from, to) => {
    const night = endsOf('thisNight', local(now))
    expect([said(night.from), said(night.to)]).toEqual([from, to])
    const before = endsOf('lastNight', local(now))
    expect(Date.parse(before.to ?? '')).toBeLessThan(Date.parse(night.from ?? ''))
    expect(said(before.from).slice(10)).toBe('T18:00')
  })
})

describe('ends', () => {
  const now = local('2026-11-23T03:00')

  it('a choice leads back to its name, and is a filter', () => {
    for (const name of spanNames) {
      const ends = endsOf(name, now)
      expect(nameOf(ends, now)).toBe(name)
      expect(parseFilter(termsOf(ends)).ok).toBe(true)
    }
    expect(nameOf({ from: '-2h' }, now)).toBeUndefined()
  })

  it('what an address says that is no time is none', () => {
    expect(readEnds({ from: 'code:x', to: '2026-13-40T00:00Z' })).toEqual({})
    expect(termsOf({ from: '-24h OR 1', to: undefined })).toBe('')
    expect(termsOf({ from: '2026-11-22T15:00Z', to: '2026-11-23T09:00+03:00' })).toBe(
      'at:>=2026-11-22T15:00Z at:<=2026-11-23T09:00+03:00',
    )
  })

  it('what was typed comes back to the minute', () => {
    expect(fieldOf(endOfField('2026-11-22T23:17'))).toBe('2026-11-22T23:17')
    expect([endOfField(''), endOfField('soon')]).toEqual([undefined, undefined])
    expect(fieldOf('-24h')).toBe('')
  })

  it('the end before the beginning is a slip', () => {
    expect(isBackwards({ from: '2026-11-23T00:00Z', to: '2026-11-22T00:00Z' })).toBe(true)
    expect(isBackwards({ from: '2026-11-22T00:00Z', to: '2026-11-23T00:00Z' })).toBe(false)
    expect(isBackwards({ from: '-24h', to: '2026-11-22T00:00Z' })).toBe(false)
  })
})
