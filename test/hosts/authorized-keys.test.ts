import fc from 'fast-check'
import { expect, test } from 'vitest'
import { withDeviceKey, withoutDeviceKey } from '../../src/hosts/authorized-keys.ts'
import { newKeyPair } from '../../src/sim/keys.ts'

const [A, B] = [newKeyPair().publicLine, newKeyPair().publicLine]

test('one line for each device; options that somebody added stay', () => {
  const first = withDeviceKey('', 'T1', A)
  expect(first).toBe(`restrict ${A} nightshift:T1\n`)
  expect(withDeviceKey(first, 'T1', A)).toBe(first)
  expect(withDeviceKey('# no end', 'T1', A)).toBe(`# no end\nrestrict ${A} nightshift:T1\n`)
  const mine = `restrict,from="10.0.0.7" ${A} nightshift:T1\n`
  expect(withDeviceKey(mine, 'T1', B)).toBe(`restrict,from="10.0.0.7" ${B} nightshift:T1\n`)
  expect(withDeviceKey(first + first, 'T1', B)).toBe(`restrict ${B} nightshift:T1\n`)
  // T1 is neither T11 nor a comment.
  const others = `restrict ${A} nightshift:T11\n# restrict ${A} nightshift:T1\n`
  expect(withoutDeviceKey(others, 'T1')).toBe(others)
  expect(withDeviceKey(others, 'T1', B)).toBe(`${others}restrict ${B} nightshift:T1\n`)
})

test('a cash id of any letters, in bytes', () => {
  const text = withDeviceKey('', 'Касса 1', A)
  expect(Buffer.from(text, 'latin1').toString('utf8')).toBe(`restrict ${A} nightshift:Касса 1\n`)
  expect(withoutDeviceKey(text, 'Касса 1')).toBe('')
})

test('whatever else is in the file is kept, byte for byte', () => {
  const bytes = fc.uint8Array({ maxLength: 200 }).map((all) => Buffer.from(all).toString('latin1'))
  fc.assert(
    fc.property(bytes, (text) => {
      const withKey = withDeviceKey(text, 'T1', A)
      const end = text === '' || text.endsWith('\n') ? '' : '\n'
      expect(withKey).toBe(`${text}${end}restrict ${A} nightshift:T1\n`)
      expect(withoutDeviceKey(withKey, 'T1')).toBe(text + end)
    }),
  )
})
