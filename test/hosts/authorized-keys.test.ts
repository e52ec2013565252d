import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  KeyLineUnclear,
  withDeviceKey,
  withNextDeviceKey,
  withoutDeviceKey,
} from '../../src/hosts/authorized-keys.ts'
import { newKeyPair } from '../../src/sim/keys.ts'

const [A, B, C] = [newKeyPair().publicLine, newKeyPair().publicLine, newKeyPair().publicLine]

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

test('a new key beside the old one, under the same options; then alone', () => {
  const foreign = `from="ssh-ed25519 x" ${C} somebody\r\n`
  const old = `restrict,from="10.0.0.7, \\"x\\" ssh-ed25519 AAAA" ${A} nightshift:T1\n`
  const renewed = old.replace(` ${A} `, ` ${B} `)
  const both = withNextDeviceKey(`${foreign}${old}# end`, 'T1', B)
  expect(both).toBe(`${foreign}${old}${renewed}# end`)
  expect(withNextDeviceKey(both, 'T1', B)).toBe(both)
  expect(withDeviceKey(both, 'T1', B)).toBe(`${foreign}${renewed}# end`)
  // The device never took it: what it has stays.
  expect(withDeviceKey(both, 'T1', A)).toBe(`${foreign}${old}# end`)
  expect(withoutDeviceKey(both, 'T1')).toBe(`${foreign}# end`)
  expect(withNextDeviceKey('', 'T1', A)).toBe(`restrict ${A} nightshift:T1\n`)
  // A last line without its end gets one.
  expect(withNextDeviceKey(old.trimEnd(), 'T1', B)).toBe(old + renewed.trimEnd())
})

test('a line with our end that is none of ours is refused, whoever it is of, and stays', () => {
  const [, base64 = ''] = A.split(' ')
  const unclear = [
    `restrict sk-ssh-ed25519@openssh.com ${base64} nightshift:T1`,
    `restrict ssh-dss AAAAB3NzaC1kc3MAAACB nightshift:T1`,
    `restrict ssh-ed25519-cert-v01@openssh.com ${base64} nightshift:T1`,
    `cert-authority ssh-new-type ${base64} nightshift:T1`,
    // The bytes are of another type than it says.
    `ssh-rsa ${base64} nightshift:T1`,
    `restrict ssh-ed25519 nightshift:T1`,
    `from="10.0.0.7 ${A} nightshift:T1`,
    `restrict nightshift:T1`,
  ]
  for (const line of unclear) {
    const text = `# one\n${line}\n`
    for (const edit of [withDeviceKey, withNextDeviceKey])
      expect(() => edit(text, 'T1', B), line).toThrow(KeyLineUnclear)
    expect(() => withoutDeviceKey(text, 'T1'), line).toThrow(/line 2/)
    // To another device it is a line of somebody's.
    expect(withDeviceKey(text, 'T2', B)).toBe(`${text}restrict ${B} nightshift:T2\n`)
  }
  const blanks = `  restrict\t${A.replace(' ', '  ')} nightshift:T1 \r\n`
  expect(withDeviceKey(blanks, 'T1', B)).toBe(`  restrict\t${B} nightshift:T1 \r\n`)
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
