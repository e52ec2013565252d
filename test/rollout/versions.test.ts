import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  displayVersion,
  formatVersion,
  isProvenEqual,
  parseVersion,
  readVersion,
  toVersion,
} from '../../src/rollout/versions.ts'

const anyVersion = fc.integer({ min: 0, max: 99_999_999 })

describe('parseVersion', () => {
  test.each([
    ['00095000', 95_000],
    ['00000000', 0],
    ['99999999', 99_999_999],
  ])('%s is %d', (text, version) => {
    expect(parseVersion(text)).toBe(version)
  })

  test.each([
    '',
    '95',
    '0095000',
    '000095000',
    ' 00095000',
    '00095000\n',
    '-0095000',
    '0009500a',
    '+0095000',
    '٠٠٠٩٥٠٠٠',
  ])('refuses %j', (text) => {
    expect(parseVersion(text)).toBeUndefined()
  })

  test('is the inverse of formatVersion', () => {
    fc.assert(
      fc.property(anyVersion, (version) => {
        expect(parseVersion(formatVersion(version))).toBe(version)
      }),
    )
  })

  test('orders as the eight digits do', () => {
    fc.assert(
      fc.property(anyVersion, anyVersion, (a, b) => {
        expect(formatVersion(a) < formatVersion(b)).toBe(a < b)
      }),
    )
  })
})

describe('toVersion', () => {
  test.each([-1, 1.5, 100_000_000, Number.NaN, Number.POSITIVE_INFINITY])('refuses %d', (value) => {
    expect(() => toVersion(value)).toThrow(RangeError)
  })

  test('takes every number that eight digits can write', () => {
    fc.assert(
      fc.property(anyVersion, (version) => {
        expect(toVersion(version)).toBe(version)
      }),
    )
  })
})

describe('what a card shows', () => {
  test.each([
    [95_000, '95'],
    [95_999, '95'],
    [96_000, '96'],
    [999, '0'],
  ])('%d is shown as %s', (version, text) => {
    expect(displayVersion(version)).toBe(text)
  })
})

describe('readVersion', () => {
  test.each([
    ['00095000', { kind: 'full', version: 95_000 }],
    ['95', { kind: 'majorOnly', major: 95 }],
    ['0', { kind: 'majorOnly', major: 0 }],
    ['Нет данных', { kind: 'unknown' }],
    ['123456', { kind: 'unknown' }],
    ['', { kind: 'unknown' }],
    [null, { kind: 'unknown' }],
  ])('%j', (text, reading) => {
    expect(readVersion(text)).toEqual(reading)
  })

  test('only a full number proves that versions are the same', () => {
    expect(isProvenEqual(readVersion('00095000'), 95_000)).toBe(true)
    expect(isProvenEqual(readVersion('00095001'), 95_000)).toBe(false)
    expect(isProvenEqual(readVersion('95'), 95_000)).toBe(false)
    expect(isProvenEqual(readVersion(null), 0)).toBe(false)
    fc.assert(
      fc.property(fc.string(), anyVersion, (text, version) => {
        expect(isProvenEqual(readVersion(text), version)).toBe(text === formatVersion(version))
      }),
    )
  })
})
