import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parsePipeline } from '../../src/sim/words.ts'

const one = (line: string) => parsePipeline(line)?.[0]
const quote = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`

describe('the words of a command line', () => {
  it.each([
    ['nightctl status', ['nightctl', 'status']],
    ["'nightctl'  'download' \t'start'", ['nightctl', 'download', 'start']],
    [`a 'b c' "d e" f\\ g`, ['a', 'b c', 'd e', 'f g']],
    [`'it'\\''s' ""`, ["it's", '']],
    [`"a\\"b" "c\\d"`, ['a"b', 'c\\d']],
    [`ab'c'"d"`, ['abcd']],
    [`'$(reboot) ; | & > *'`, ['$(reboot) ; | & > *']],
  ])('%s', (line, words) => {
    expect(one(line)).toEqual(words)
  })

  it('knows a pipe', () => {
    expect(parsePipeline(`head -c 5 'a b' | sha256sum`)).toEqual([['head', '-c', '5', 'a b'], ['sha256sum']])
  })

  it.each([
    '',
    '  ',
    "'open",
    '"open',
    'a\\',
    'a | ',
    '| a',
    'a; b',
    'a && b',
    'a > b',
    '$HOME',
    '"$HOME"',
    '`a`',
    'a*',
    'a\nb',
  ])('refuses %j', (line) => {
    expect(parsePipeline(line)).toBeUndefined()
  })

  it('reads back whatever was quoted, as sh does', () => {
    const word = fc.string({ unit: 'grapheme', maxLength: 20 }).map((text) => text.replaceAll('\0', ''))
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 5 }), (words) => {
        expect(one(words.map(quote).join(' '))).toEqual(words)
      }),
    )
    const words = ["it's", 'a b', '$x', '"', '\\', '*']
    const line = words.map(quote).join(' ')
    expect(
      execFileSync('sh', ['-c', `printf '%s\\0' ${line}`], { encoding: 'utf8' })
        .split('\0')
        .slice(0, -1),
    ).toEqual(one(line))
  })
})
