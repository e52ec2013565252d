/** Files of known hosts, of keys and of fingerprints: read without ever throwing, matched to our hosts. */
import { execFileSync } from 'node:child_process'
import { createHmac, randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readFingerprints } from '../../src/hosts/fingerprint-file.ts'
import { fingerprintOf, normalHostKey, viewKey } from '../../src/hosts/host-key.ts'
import { parseKeyList } from '../../src/hosts/key-list.ts'
import { formatKnownHosts, isNameOf, parseKnownHosts, sftpPlace } from '../../src/hosts/known-hosts.ts'
import {
  type PinnableHost,
  pinPlanHash,
  pinsOf,
  planKeyList,
  planKnownHosts,
} from '../../src/hosts/pin-plan.ts'
import { newKeyPair } from '../../src/sim/keys.ts'
import { describeWith } from '../support/needs.ts'

const [A, B, C] = [1, 2, 3].map(() => newKeyPair().publicLine) as [string, string, string]

function hashed(name: string): string {
  const salt = randomBytes(20)
  return `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(name).digest('base64')}`
}

const host = (
  store: string,
  cashId: string | null,
  address: string,
  pinned: string[] = [],
  port = 22,
): PinnableHost => ({
  ...{ storeId: store, deviceId: cashId, store, cashId, host: address, port, pinned },
})

describe('known_hosts', () => {
  test('names, ports, comments, blanks, ends of lines', () => {
    const file = `\uFEFF# ours\r\n\r\nstore1,[store2]:2022 ${A} a comment\n  store3\t${B}  \n`
    expect(parseKnownHosts(file)).toEqual({
      entries: [
        { line: 3, names: ['store1', '[store2]:2022'], key: A },
        { line: 4, names: ['store3'], key: B },
      ],
      revoked: [],
      faults: [],
    })
  })

  test.each([
    [`@revoked store1 ${A}`, 'keyRevoked'],
    [`@cert-authority *.example ${A}`, 'certificateAuthorityUnsupported'],
    [`@else store1 ${A}`, 'lineUnreadable'],
    ['store1', 'lineUnreadable'],
    [`|1|short|hash ${A}`, 'lineUnreadable'],
    [`|2|x ${A}`, 'lineUnreadable'],
    [`store* ${A}`, 'patternUnsupported'],
    [`!store1,store2 ${A}`, 'patternUnsupported'],
    ['store1 ssh-dss AAAAB3NzaC1kc3MAAAA=', 'keyTypeUnsupported'],
    ['store1 ssh-ed25519 AAAA', 'keyUnreadable'],
    [`store1 ssh-rsa ${A.split(' ')[1]}`, 'keyUnreadable'],
    [`store1 ${A.slice(0, -8)}`, 'keyUnreadable'],
    [`store1 ${'x'.repeat(30_000)}`, 'lineTooLong'],
  ])('%.60s: %s, with its line', (line, problem) => {
    const read = parseKnownHosts(`store9 ${B}\n${line}\n`)
    expect(read.faults).toEqual([{ line: 2, problem }])
    expect(read.entries.map((entry) => entry.key)).toEqual([B])
  })

  test('hashed names are those of ssh: with the port in brackets, unless it is 22', () => {
    expect(isNameOf(hashed('store1'), 'Store1', 22)).toBe(true)
    expect(isNameOf(hashed('[store1]:2022'), 'store1', 2022)).toBe(true)
    expect(isNameOf(hashed('store1'), 'store1', 2022)).toBe(false)
    expect(isNameOf('[store1]:22', 'store1', 22)).toBe(true)
    expect(isNameOf('store10', 'store1', 22)).toBe(false)
  })

  test('whatever is in the file, it is read to its end and nothing is thrown', () => {
    const piece = fc.constantFrom(
      ...[
        'store',
        ',',
        ' ',
        '\t',
        '\n',
        '\r',
        '|1|',
        '@revoked ',
        '@cert-authority ',
        '[h]:22',
        A,
        B,
        '#',
        '*',
        '=',
        '\0',
        '😀',
      ],
    )
    const text = fc.oneof(
      fc.string(),
      fc.string({ unit: 'binary' }),
      fc.array(piece).map((all) => all.join('')),
    )
    fc.assert(
      fc.property(text, (file) => {
        const read = parseKnownHosts(file)
        for (const { names, key } of read.entries) {
          expect(names.length).toBeGreaterThan(0)
          expect(normalHostKey(key)).toBe(key)
        }
        parseKeyList(file)
        readFingerprints(file)
        expect(sftpPlace(file)?.host).not.toBe('')
      }),
      { numRuns: 2000 },
    )
  })

  test('what is written is read back', () => {
    const name = fc.stringMatching(/^[a-z0-9][a-z0-9.-]{0,20}$/)
    const place = fc.tuple(
      name,
      fc.integer({ min: 1, max: 65_535 }),
      fc.subarray([A, B, C], { minLength: 1 }),
    )
    fc.assert(
      fc.property(fc.array(place, { maxLength: 20 }), (places) => {
        const file = places.map(([one, port, keys]) => formatKnownHosts(one, port, keys)).join('')
        const { entries, faults } = parseKnownHosts(file)
        expect(faults).toEqual([])
        const wanted = places.flatMap(([one, port, keys]) => keys.map((key) => [one, port, key] as const))
        expect(entries.length).toBe(wanted.length)
        for (const [i, [one, port, key]] of wanted.entries()) {
          expect(entries[i]?.key).toBe(key)
          expect(isNameOf(entries[i]?.names[0] ?? '', one, port)).toBe(true)
        }
      }),
    )
  })

  test.each([
    ['sftp://dist@10.0.0.1/packages', { host: '10.0.0.1', port: 22 }],
    ['sftp://dist@store:2022', { host: 'store', port: 2022 }],
    ['http://store/packages', undefined],
    ['sftp://store/packages', undefined],
  ])('%s is fetched from %o', (url, place) => expect(sftpPlace(url)).toEqual(place))
})

describeWith(['ssh-keygen'], 'against ssh-keygen', () => {
  test('the names that ssh-keygen -H hashes are found; lengths and fingerprints are its own', async () => {
    const dir = mkdtempSync(path.join(tmpdir(), 'nightshift-known-'))
    try {
      const file = path.join(dir, 'known_hosts')
      writeFileSync(file, `store1 ${A}\n[store2]:2022 ${B}\n`)
      execFileSync('ssh-keygen', ['-q', '-H', '-f', file], { stdio: 'ignore' })
      const text = readFileSync(file, 'utf8')
      expect(text).not.toContain('store1')
      const hosts = [
        host('S1', null, 'store1'),
        host('S2', null, 'store2', [], 2022),
        host('S3', null, 'store3'),
      ]
      const plan = await planKnownHosts(parseKnownHosts(text), hosts, 'add')
      expect(plan.changes.map(({ store, keys }) => [store, keys])).toEqual([
        ['S1', [A]],
        ['S2', [B]],
      ])
      for (const [type, bits] of [
        ['rsa', '2048'],
        ['rsa', '3072'],
        ['ecdsa', '384'],
        ['ed25519', '256'],
      ] as const) {
        const key = path.join(dir, `${type}${bits}`)
        execFileSync('ssh-keygen', ['-q', '-t', type, '-b', bits, '-N', '', '-f', key])
        const line = readFileSync(`${key}.pub`, 'utf8')
        const [said, print] = execFileSync('ssh-keygen', ['-lf', `${key}.pub`], { encoding: 'utf8' }).split(
          ' ',
        )
        expect(viewKey(line)).toMatchObject({ bits: Number(said), fingerprint: print })
      }
    } finally {
      rmSync(dir, { recursive: true })
    }
  })
})

describe('what a list would pin', () => {
  const hosts = [
    host('S1', null, 'store1', [A]),
    host('S2', null, 'store2'),
    host('S1', 'T1', '192.168.0.11'),
    host('S2', 'T2', '192.168.0.11'),
    host('S2', 'T3', '192.168.0.12', [B]),
  ]
  const plan = (file: string, mode: 'add' | 'replace' = 'add') =>
    planKnownHosts(parseKnownHosts(file), hosts, mode)

  test('same, more, new, contradicting: only what does not contradict is added', async () => {
    const made = await plan(`store1 ${A}\nstore1 ${B}\nSTORE2 ${C}\n192.168.0.12 ${C}\nnobody ${C}\n`)
    expect(made.changes.map(({ store, cashId, verdict, after }) => [store, cashId, verdict, after])).toEqual([
      ['S1', null, 'more', [A, B]],
      ['S2', null, 'new', [C]],
      ['S2', 'T3', 'contradicts', [B]],
    ])
    expect(pinsOf(made).length).toBe(2)
    expect(made.unmatched).toEqual([5])
    const replaced = await plan(`192.168.0.12 ${C}\n`, 'replace')
    expect(pinsOf(replaced)[0]?.after).toEqual([C])
  })

  test('an address that tills of two stores have names neither', async () => {
    const made = await plan(`192.168.0.11 ${C}\n`)
    expect([made.changes, made.faults]).toEqual([[], [{ line: 1, problem: 'addressNotUnique' }]])
  })

  test('a revoked key is not pinned, whoever has it, and said where it is pinned', async () => {
    const made = await plan(`@revoked * ${B}\nstore2 ${B}\n`)
    expect(made.changes).toEqual([])
    expect(made.faults.map((fault) => fault.problem)).toEqual(['keyRevoked', 'keyRevoked'])
    expect(made.pinnedRevoked).toMatchObject([{ cashId: 'T3', key: { fingerprint: fingerprintOf(B) } }])
  })

  test('a list by store and cash id; its hash is that of what it does', () => {
    const list = parseKeyList(`store,cashId,key\nS1;T1;${A}\nS2,,${B}\nS9,,${B}\nS2,T2\nS2,T2,rubbish\n`)
    const made = planKeyList(list, hosts, 'add')
    expect(pinsOf(made).map(({ store, cashId, after }) => [store, cashId, after])).toEqual([
      ['S1', 'T1', [A]],
      ['S2', null, [B]],
    ])
    expect(made.unmatched).toEqual([4])
    expect(made.faults).toEqual([
      { line: 5, problem: 'columns' },
      { line: 6, problem: 'keyUnreadable' },
    ])
    const again = planKeyList(list, hosts.toReversed(), 'add')
    expect(pinPlanHash(again)).toBe(pinPlanHash(made))
    expect(pinPlanHash(planKeyList(parseKeyList(`S1,T1,${B}`), hosts, 'add'))).not.toBe(pinPlanHash(made))
  })
})
