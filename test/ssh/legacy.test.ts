/** A server that knows only old algorithms: refused with words, and let in where a person has said so. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readOffer } from '../../src/ssh/algorithms.ts'
import { scanHostKeys } from '../../src/ssh/scan.ts'
import { describeSshd } from '../support/sshd.ts'
import { Bench, expectFailure } from './bench.ts'
import { newKeyPair } from './fake-server.ts'

const soon = { deadlineMs: 50_000 }
let bench: Bench
beforeEach(async () => {
  bench = await Bench.start()
})
afterEach(() => bench.end())

const OLD = {
  kex: ['diffie-hellman-group1-sha1', 'diffie-hellman-group14-sha1'],
  cipher: ['aes128-cbc', '3des-cbc'],
}

describe('a server of the test’s own', () => {
  test.each([
    ['kex', { kex: OLD.kex }],
    ['cipher', { cipher: OLD.cipher }],
    ['mac', { cipher: ['aes128-ctr'], hmac: ['hmac-md5'] }],
  ])('only old ones of kind %s: algorithmsTooOld, with what it offered', async (kind, algorithms) => {
    const server = await bench.fake({ algorithms: algorithms as never })
    const store = server.endpoint()
    const failure = await expectFailure(
      bench.pool().exec({ store }, ['true'], soon),
      'algorithmsTooOld',
      false,
    )
    expect(failure.params).toMatchObject({ hop: 'store', kind })
    expect(String(failure.params.offered)).toContain(Object.values(algorithms).at(-1)?.[0])
    const allowed = { ...store, legacyAlgorithms: true }
    expect((await bench.pool().exec({ store: allowed }, ['x'], soon)).stdout).toBe('x')
  })

  test('an RSA key that it can only prove by SHA-1', async () => {
    const rsa = newKeyPair('rsa')
    const server = await bench.fake({
      hostKeys: [rsa.secret],
      algorithms: { serverHostKey: ['ssh-rsa'] } as never,
    })
    const store = server.endpoint({ hostKeys: [rsa.line] })
    await expectFailure(bench.pool().exec({ store }, ['x'], soon), 'algorithmsTooOld', false)
    const allowed = { ...store, legacyAlgorithms: true }
    expect((await bench.pool().exec({ store: allowed }, ['x'], soon)).stdout).toBe('x')
    await expectFailure(scanHostKeys('127.0.0.1', server.port, soon), 'algorithmsTooOld')
    const found = await scanHostKeys('127.0.0.1', server.port, { ...soon, legacyAlgorithms: true })
    expect(found).toEqual([rsa.line])
    // With only another type pinned it is another server, not an old one.
    const ed = server.endpoint({ hostKeys: [newKeyPair().line] })
    await expectFailure(bench.pool().exec({ store: ed }, ['x'], soon), 'hostKeyChanged', false)
  })

  test('nothing in common, old or new: no advice that would not help', async () => {
    const server = await bench.fake({ algorithms: { cipher: ['aes192-cbc'] } as never })
    const failure = bench.pool().exec({ store: server.endpoint() }, ['x'], soon)
    await expectFailure(failure, 'contractViolation', false)
  })

  test('allowed for one host, old ones are not offered to another', async () => {
    const [one, other] = [
      await bench.fake({ algorithms: { kex: OLD.kex } as never }),
      await bench.fake({ algorithms: { kex: OLD.kex } as never }),
    ]
    const pool = bench.pool()
    const store = { ...one.endpoint(), legacyAlgorithms: true }
    expect((await pool.exec({ store }, ['x'], soon)).stdout).toBe('x')
    await expectFailure(pool.exec({ store: other.endpoint() }, ['x'], soon), 'algorithmsTooOld', false)
    // Nor to the same one by a call that does not allow it: that is another connection.
    await expectFailure(pool.exec({ store: one.endpoint() }, ['x'], soon), 'algorithmsTooOld', false)
  })

  test('what it offers is read off its first packet, whatever stands before, and rubbish is none', () => {
    expect(readOffer(Buffer.alloc(0))).toBeUndefined()
    expect(readOffer(Buffer.from('SSH-2.0-x\r\n'))).toBeUndefined()
    expect(
      readOffer(Buffer.concat([Buffer.from('hello\r\nSSH-2.0-x\r\n'), Buffer.alloc(40, 0xff)])),
    ).toBeUndefined()
    const lists = ['a,b', 'c', 'd', 'd', 'e', 'e'].map((list) => {
      const length = Buffer.alloc(4)
      length.writeUInt32BE(list.length)
      return Buffer.concat([length, Buffer.from(list)])
    })
    const packet = Buffer.concat([Buffer.alloc(5), Buffer.from([20]), Buffer.alloc(16), ...lists])
    const offer = readOffer(Buffer.concat([Buffer.from('hello\r\nSSH-2.0-x\r\n'), packet]))
    expect(offer).toEqual({ kex: ['a', 'b'], hostKey: ['c'], cipher: ['d'], mac: ['e'] })
    for (let cut = 1; cut < packet.length; cut++)
      expect(() =>
        readOffer(Buffer.concat([Buffer.from('SSH-2.0-x\n'), packet.subarray(0, cut)])),
      ).not.toThrow()
  })
})

describeSshd('a real sshd of old', () => {
  test('only SHA-1 and CBC: algorithmsTooOld; allowed, it runs commands', async () => {
    const server = await bench.sshd({
      hostKeyTypes: ['rsa'],
      extraConfig: [
        'KexAlgorithms diffie-hellman-group14-sha1',
        'Ciphers aes128-cbc,3des-cbc',
        'MACs hmac-sha1',
        'HostKeyAlgorithms ssh-rsa',
        'PubkeyAcceptedAlgorithms +ssh-rsa',
      ],
    })
    const store = bench.endpoint(server)
    const failure = await expectFailure(
      bench.pool().exec({ store }, ['true'], soon),
      'algorithmsTooOld',
      false,
    )
    expect(failure.params).toMatchObject({ kind: 'kex', offered: expect.stringContaining('group14-sha1') })
    const allowed = { ...store, legacyAlgorithms: true }
    expect((await bench.pool().exec({ store: allowed }, ['echo', 'in'], soon)).stdout).toBe('in\n')
    const { port } = server
    expect(await scanHostKeys('127.0.0.1', port, { ...soon, legacyAlgorithms: true })).toEqual([
      server.hostKey,
    ])
  })
})
