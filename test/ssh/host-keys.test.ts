import { execFileSync } from 'node:child_process'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { fingerprint, formatHostKey, parseHostKey } from '../../src/hosts/host-key.ts'
import { isPinned, pinnedAlgorithms } from '../../src/ssh/host-keys.ts'
import { scanHostKeys } from '../../src/ssh/scan.ts'
import { describeWith } from '../support/needs.ts'
import { makeKey } from '../support/sshd.ts'
import { Bench, expectFailure } from './bench.ts'
import { newKeyPair } from './fake-server.ts'

const [ed, other, ec, rsa] = [newKeyPair(), newKeyPair(), newKeyPair('ecdsa'), newKeyPair('rsa')].map(
  (k) => k.line,
) as [string, string, string, string]
const blob = (line: string): Buffer => parseHostKey(line)?.blob ?? Buffer.alloc(0)

describe('reading keys', () => {
  test('type and bytes; comments and spaces do not matter', () => {
    expect(parseHostKey(`  ${ed}   root@store\n`)).toEqual({ type: 'ssh-ed25519', blob: blob(ed) })
    expect(formatHostKey(blob(ed))).toBe(ed)
  })

  test.each([
    '',
    'ssh-ed25519',
    'ssh-ed25519 AAAA',
    'ssh-ed25519 !!!!',
    `ssh-rsa ${ed.split(' ')[1]}`,
    `[host]:22 ${ed}`,
  ])('%j is no key', (line) => {
    expect(parseHostKey(line)).toBeUndefined()
  })

  test('exactly the pinned key, not one of its type', () => {
    expect(isPinned(blob(ed), [rsa, `${ed} comment`])).toBe(true)
    expect(isPinned(blob(other), [ed, rsa])).toBe(false)
    expect(isPinned(blob(ed), [])).toBe(false)
    expect(isPinned(Buffer.alloc(0), ['rubbish'])).toBe(false)
  })

  test('the algorithms asked for are those of the pinned keys, in their order, without SHA-1', () => {
    expect(pinnedAlgorithms([rsa, ed, other])).toEqual(['rsa-sha2-512', 'rsa-sha2-256', 'ssh-ed25519'])
    expect(pinnedAlgorithms([ec])).toEqual(['ecdsa-sha2-nistp256'])
    expect(pinnedAlgorithms(['ssh-dss AAAAB3NzaC1kc3MAAAA='])).toEqual([])
  })
})

describeWith(['ssh-keygen'], 'fingerprints', () => {
  let bench: Bench
  beforeEach(async () => {
    bench = await Bench.start()
  })
  afterEach(() => bench.end())

  test.each(['ed25519', 'ecdsa', 'rsa'])('of %s are those of ssh-keygen', (type) => {
    const key = makeKey(bench.dir, 'k', type)
    const said = execFileSync('ssh-keygen', ['-lf', `${key.file}.pub`], { encoding: 'utf8' })
    expect(said.split(' ')[1]).toBe(fingerprint(blob(key.line)))
  })
})

describe('scanning', () => {
  let bench: Bench
  beforeEach(async () => {
    bench = await Bench.start()
  })
  afterEach(() => bench.end())

  test('the key a server shows; never a sign-in', async () => {
    let signIns = 0
    const server = await bench.fake({
      auth: () => {
        signIns += 1
      },
    })
    expect(await scanHostKeys('127.0.0.1', server.port, { deadlineMs: 50_000 })).toEqual([server.hostKey])
    expect(signIns).toBe(0)
    expect(server.accepted).toBeLessThanOrEqual(3)
  })

  test('nobody there, or nobody who speaks: storeOffline', async () => {
    const server = await bench.fake({ socket: (socket) => void socket.resume() })
    await expectFailure(scanHostKeys('127.0.0.1', server.port, { deadlineMs: 200 }), 'storeOffline')
    await expectFailure(scanHostKeys('127.0.0.1', 1, { deadlineMs: 50_000 }), 'storeOffline')
  })
})
