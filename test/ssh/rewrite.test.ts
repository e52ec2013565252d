/** Editing a file of a store server: in one step, with its permissions, over a real sshd. */
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { withDeviceKey, withoutDeviceKey } from '../../src/hosts/authorized-keys.ts'
import { describeSshd } from '../support/sshd.ts'
import { Bench, expectFailure } from './bench.ts'
import { newKeyPair } from './fake-server.ts'

const soon = { deadlineMs: 50_000 }

describeSshd('rewriting a file', () => {
  let bench: Bench
  beforeEach(async () => {
    bench = await Bench.start()
  })
  afterEach(() => bench.end())

  test('made with 0644, changed with the mode that it has, byte for byte; links are followed', async () => {
    const store = bench.endpoint(await bench.sshd())
    const pool = bench.pool()
    const folder = path.join(bench.dir, 'files')
    mkdirSync(folder)
    const file = path.join(folder, 'keys')
    expect(await pool.rewrite(store, file, () => 'a\n', soon)).toBe(true)
    expect([readFileSync(file, 'utf8'), statSync(file).mode & 0o777]).toEqual(['a\n', 0o644])
    const odd = Buffer.from([0xff, 0x00, 0x0d, 0x0a, 0xc3, 0x28])
    writeFileSync(file, odd)
    chmodSync(file, 0o640)
    const link = path.join(folder, 'link')
    symlinkSync(file, link)
    expect(await pool.rewrite(store, link, (text) => `${text}+`, soon)).toBe(true)
    expect(readFileSync(file)).toEqual(Buffer.concat([odd, Buffer.from('+')]))
    expect(statSync(file).mode & 0o777).toBe(0o640)
    expect(existsSync(`${file}.part`)).toBe(false)
    const { ino } = statSync(file)
    expect(await pool.rewrite(store, file, (text) => text, soon)).toBe(false)
    expect(statSync(file).ino).toBe(ino)
  })

  test('a thousand keys and more; too large a file, a folder that is not there', async () => {
    const store = bench.endpoint(await bench.sshd())
    const pool = bench.pool()
    const file = path.join(bench.dir, 'keys')
    const key = newKeyPair().line
    const lines = Array.from({ length: 2000 }, (_, i) => `restrict ${key} nightshift:${i}\n`).join('')
    writeFileSync(file, lines)
    await pool.rewrite(store, file, (text) => withoutDeviceKey(text, '7'), soon)
    await pool.rewrite(store, file, (text) => withDeviceKey(text, '7', key), soon)
    expect(readFileSync(file, 'utf8').split('\n').sort()).toEqual(lines.split('\n').sort())
    writeFileSync(file, Buffer.alloc(1_100_000))
    await expectFailure(
      pool.rewrite(store, file, () => 'x', soon),
      'transferFailed',
    )
    expect(statSync(file).size).toBe(1_100_000)
    await expectFailure(
      pool.rewrite(store, path.join(bench.dir, 'no', 'x'), () => 'x', soon),
      'transferFailed',
    )
    await expectFailure(
      pool.rewrite(store, 'relative', () => 'x', soon),
      'transferFailed',
    )
  })

  test('its owner stays, as far as we may; what somebody else writes meanwhile stays too', async () => {
    const store = bench.endpoint(await bench.sshd())
    const pool = bench.pool()
    const file = path.join(bench.dir, 'keys')
    writeFileSync(file, 'a\n', { mode: 0o600 })
    const isRoot = process.getuid?.() === 0
    if (isRoot) chownSync(file, 65534, 65534)
    const { uid, gid } = statSync(file)
    expect(await pool.rewrite(store, file, (text) => `${text}b\n`, soon)).toBe(true)
    const after = statSync(file)
    expect([after.uid, after.gid, after.mode & 0o777]).toEqual([uid, gid, 0o600])
    const crossed = (text: string) => {
      writeFileSync(file, `${text}theirs\n`)
      return `${text}ours\n`
    }
    await expectFailure(pool.rewrite(store, file, crossed, soon), 'transferFailed')
    expect(readFileSync(file, 'utf8')).toBe('a\nb\ntheirs\n')
  })
})
