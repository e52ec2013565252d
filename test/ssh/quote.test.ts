import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { quoteCommand, quotePipeline, quoteWord } from '../../src/ssh/quote.ts'
import { findProgram } from '../support/needs.ts'

describe('words become a POSIX command line', () => {
  test.each([
    ['plain', 'plain'],
    ['/opt/a-b_c.d', '/opt/a-b_c.d'],
    ['', "''"],
    ["it's", "'it'\\''s'"],
    ['a b', "'a b'"],
    ['a\\b', "'a'\\\\'b'"],
    ['a!', "'a'\\!''"],
    ['$x', "'$x'"],
    ['~', "'~'"],
    ['a=b', "'a=b'"],
    ['ё', "'ё'"],
  ])('%j → %s', (word, quoted) => {
    expect(quoteWord(word)).toBe(quoted)
  })

  test('a NUL and an empty command are refused', () => {
    expect(() => quoteWord('a\0b')).toThrow(RangeError)
    expect(() => quoteCommand([])).toThrow(RangeError)
    expect(() => quoteCommand([''])).toThrow(RangeError)
  })

  test('a pipeline', () => {
    expect(quotePipeline([['head', '-c', '5', '--', 'a b'], ['sha256sum']])).toBe(
      "head -c 5 -- 'a b' | sha256sum",
    )
  })

  test('a shell reads back exactly the words, whatever they are', () => {
    const nasty = fc.constantFrom(
      "'",
      '"',
      '\\',
      '$',
      '`',
      '\n',
      '\r',
      ' ',
      '*',
      '!',
      '#',
      '~',
      '\t',
      '{a,b}',
      '$(x)',
      '-',
    )
    const unit = fc.oneof(nasty, fc.string({ unit: 'grapheme', maxLength: 3 }))
    const word = fc
      .array(unit, { maxLength: 12 })
      .map((units) => units.join('').replaceAll('\0', ''))
      .filter((text) => text.isWellFormed())
    fc.assert(
      fc.property(fc.array(word, { maxLength: 20 }), (words) => {
        const line = quoteCommand(['printf', '%s\\0', 'first', ...words])
        const read = execFileSync('/bin/sh', ['-c', line], { encoding: 'utf8' })
        expect(read.split('\0').slice(1, -1)).toEqual(words)
      }),
      { numRuns: 60 },
    )
  })

  const words = [
    "it's",
    'a\\b',
    'a\\\\b',
    "\\'",
    '$(touch pwned)',
    '`x`',
    '!!',
    'a!b',
    '%self',
    '{a,b}',
    '~root',
    '*',
    '"q"',
    '#c',
    '&&',
    '-n',
    '',
    'касса',
  ]
  const shells = ['dash', 'bash', 'zsh', 'fish', 'tcsh'].flatMap((name) => findProgram(name) ?? [])
  test.each(shells)('%s, as a login shell, reads them back too', (shell) => {
    const line = quoteCommand(['/usr/bin/printf', '[%s]', 'first', ...words])
    const read = execFileSync(shell, ['-c', line], { encoding: 'utf8' })
    expect(read).toBe(['first', ...words].map((word) => `[${word}]`).join(''))
  })
})
