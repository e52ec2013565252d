/** Uploads to real OpenSSH servers: cut, resumed, refused, damaged. */
import { createHash, randomBytes } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { SshPool } from '../../src/ssh/pool.ts'
import type { Endpoint, UploadFile, UploadProgress } from '../../src/ssh/types.ts'
import { describeWith, findProgram } from '../support/needs.ts'
import { describeSshd, type Sshd, untilGone } from '../support/sshd.ts'
import { until } from '../support/until.ts'
import { Bench, expectFailure } from './bench.ts'

const MIB = 1024 * 1024
const soon = { deadlineMs: 90_000 }
const sha256 = (data: Buffer) => createHash('sha256').update(data).digest('hex')

let bench: Bench
let server: Sshd
let store: Endpoint
let pool: SshPool
let data: Buffer
let file: UploadFile
let part: string

async function begin(bytes: number, env: Record<string, string> = {}): Promise<void> {
  server = await bench.sshd({ env })
  store = bench.endpoint(server)
  pool = bench.pool()
  data = randomBytes(bytes)
  const localFile = path.join(bench.dir, 'package.tgz')
  writeFileSync(localFile, data)
  const remoteFile = path.join(bench.dir, "store's folder", '$(touch pwned) "x"', 'ключ.tgz')
  file = { localFile, size: bytes, sha256: sha256(data), remoteFile }
  part = `${remoteFile}.part`
}

beforeEach(async () => {
  bench = await Bench.start()
})
afterEach(() => bench.end())

const arrived = () => expect(sha256(readFileSync(file.remoteFile))).toBe(file.sha256)

/** Programs of the store server: a folder that is its whole PATH. */
function programs(scripts: Record<string, string>, real: readonly string[] = []): { PATH: string } {
  const folder = path.join(bench.dir, 'bin')
  mkdirSync(folder)
  for (const name of ['sh', ...real]) symlinkSync(findProgram(name) ?? name, path.join(folder, name))
  for (const [name, script] of Object.entries(scripts)) {
    writeFileSync(path.join(folder, name), `#!/bin/sh\n${script}\n`)
    chmodSync(path.join(folder, name), 0o755)
  }
  return { PATH: folder }
}

describeSshd('uploads', () => {
  test('into folders that are not there, by odd names; a second time nothing is sent', async () => {
    await begin(5 * MIB + 17)
    const progress: UploadProgress[] = []
    const first = await pool.upload(store, file, { ...soon, onProgress: (p) => progress.push(p) })
    expect(first).toEqual({ sentBytes: file.size, resumedFrom: 0, alreadyThere: false })
    arrived()
    expect(existsSync(part)).toBe(false)
    expect(progress.at(-1)).toEqual({ doneBytes: file.size, sentBytes: file.size })
    const done = progress.map((p) => p.doneBytes)
    expect(done).toEqual([...done].sort((a, b) => a - b))
    const again = await pool.upload(store, file, soon)
    expect(again).toEqual({ sentBytes: 0, resumedFrom: 0, alreadyThere: true })
    expect(server.accepted()).toBe(1)
  })

  test('the connection is cut in the middle: the next call sends only the rest', async () => {
    await begin(24 * MIB)
    let last: UploadProgress = { doneBytes: 0, sentBytes: 0 }
    let cut: readonly number[] | undefined
    const onProgress = (p: UploadProgress) => {
      last = p
      if (p.doneBytes >= 8 * MIB) cut ??= server.cut()
    }
    await expectFailure(pool.upload(store, file, { ...soon, onProgress }), 'connectionLost')
    await untilGone(cut ?? [])
    expect(existsSync(file.remoteFile)).toBe(false)
    const there = statSync(part).size
    expect(there).toBeGreaterThanOrEqual(8 * MIB)
    expect(there).toBeLessThan(file.size)
    expect(last.sentBytes).toBeGreaterThanOrEqual(there)
    const second = await pool.upload(store, file, soon)
    expect(second).toEqual({ sentBytes: file.size - there, resumedFrom: there, alreadyThere: false })
    arrived()
  })

  test('the store server dies in the middle: known at once, and resumed when it is back', async () => {
    await begin(24 * MIB)
    let dying: Promise<void> | undefined
    const onProgress = (p: UploadProgress) => {
      if (p.doneBytes > 6 * MIB) dying ??= server.kill()
    }
    const begun = performance.now()
    await expectFailure(pool.upload(store, file, { ...soon, onProgress }), 'connectionLost')
    expect(performance.now() - begun).toBeLessThan(60_000)
    await dying
    await expectFailure(pool.upload(store, file, soon), 'storeOffline', false)
    await bench.sshd({ dir: path.dirname(server.logFile), port: server.port })
    const there = statSync(part).size
    const resumed = await pool.upload(store, file, soon)
    expect(resumed).toEqual({ sentBytes: file.size - there, resumedFrom: there, alreadyThere: false })
    arrived()
  })

  test('aborted: it stops at once with the reason of the signal, and what is there is used', async () => {
    await begin(24 * MIB)
    const controller = new AbortController()
    const reason = new Error('stopped')
    const onProgress = (p: UploadProgress) => {
      if (p.doneBytes > 6 * MIB) controller.abort(reason)
    }
    const call = pool.upload(store, file, { ...soon, signal: controller.signal, onProgress })
    await expect(call).rejects.toBe(reason)
    await until(() => server.commands().length === 0, { within: 30_000, label: 'SFTP has ended there' })
    const there = statSync(part).size
    expect(there).toBeLessThan(file.size)
    const resumed = await pool.upload(store, file, soon)
    expect(resumed.resumedFrom).toBe(there)
    arrived()
    expect(server.accepted()).toBe(1)
  })

  test('the deadline passes: timedOut', async () => {
    await begin(64 * MIB)
    await pool.exec({ store }, ['true'], soon)
    const late = await expectFailure(pool.upload(store, file, { deadlineMs: 150 }), 'timedOut')
    expect(late.params.problem).toBe('deadline')
    expect(existsSync(file.remoteFile)).toBe(false)
  })

  test('another beginning is there: started over', async () => {
    await begin(3 * MIB)
    mkdirSync(path.dirname(part), { recursive: true })
    const wrong = Buffer.from(data.subarray(0, 2 * MIB))
    wrong[1_000_000] = (wrong[1_000_000] ?? 0) ^ 1
    writeFileSync(part, wrong)
    expect(await pool.upload(store, file, soon)).toEqual({
      sentBytes: file.size,
      resumedFrom: 0,
      alreadyThere: false,
    })
    arrived()
  })

  test('more than the whole is there: started over; all but the name: nothing is sent', async () => {
    await begin(MIB)
    mkdirSync(path.dirname(part), { recursive: true })
    writeFileSync(part, Buffer.concat([data, data]))
    expect(await pool.upload(store, file, soon)).toMatchObject({ sentBytes: file.size, resumedFrom: 0 })
    arrived()
    const other = { ...file, remoteFile: path.join(bench.dir, 'other') }
    writeFileSync(`${other.remoteFile}.part`, data)
    expect(await pool.upload(store, other, soon)).toMatchObject({ sentBytes: 0, resumedFrom: file.size })
    expect(sha256(readFileSync(other.remoteFile))).toBe(file.sha256)
  })

  test('one file of two owners at once: neither touches what the other has begun, and each goes on with its own', async () => {
    await begin(24 * MIB)
    const [one, two] = [
      { ...file, owner: 'a1' },
      { ...file, owner: 'b2' },
    ]
    const partOf = (owner: string) => `${file.remoteFile}.${owner}.part`
    const cut = new AbortController()
    const onProgress = ({ doneBytes }: UploadProgress) => doneBytes > 4 * MIB && cut.abort(new Error('cut'))
    await expect(pool.upload(store, one, { ...soon, signal: cut.signal, onProgress })).rejects.toThrow('cut')
    const begun = readFileSync(partOf('a1'))
    expect(begun.length).toBeGreaterThan(0)
    // Another worker brings the same file at the same time.
    const stop = new AbortController()
    const seen: number[] = []
    const other = bench.pool().upload(store, two, {
      ...{ ...soon, signal: stop.signal },
      onProgress: ({ doneBytes }) => {
        seen.push(doneBytes)
        if (doneBytes > 2 * MIB) stop.abort(new Error('stop'))
      },
    })
    await expect(other).rejects.toThrow('stop')
    expect(seen[0]).toBeLessThan(begun.length)
    expect(existsSync(partOf('b2'))).toBe(true)
    // What was on its way when it was cut comes, and then nothing any more.
    await until(() => server.commands().length === 0, { within: 30_000, label: 'SFTP has ended there' })
    const kept = readFileSync(partOf('a1'))
    expect(kept.subarray(0, begun.length).equals(begun)).toBe(true)
    expect(await pool.upload(store, one, soon)).toMatchObject({ resumedFrom: kept.length })
    arrived()
    // Its own is of no use any more.
    expect(await bench.pool().upload(store, two, soon)).toMatchObject({ sentBytes: 0, alreadyThere: true })
    expect([partOf('a1'), partOf('b2'), part].map((name) => existsSync(name))).toEqual([false, false, false])

    const both = { ...one, remoteFile: path.join(bench.dir, 'both') }
    await Promise.all([
      pool.upload(store, both, soon),
      bench.pool().upload(store, { ...both, owner: 'b2' }, soon),
    ])
    expect(sha256(readFileSync(both.remoteFile))).toBe(file.sha256)
  })

  test('another file has the name: replaced in one step', async () => {
    await begin(MIB)
    mkdirSync(path.dirname(part), { recursive: true })
    writeFileSync(file.remoteFile, randomBytes(MIB))
    expect(await pool.upload(store, file, soon)).toMatchObject({ sentBytes: file.size, alreadyThere: false })
    arrived()
  })

  test('an empty file', async () => {
    await begin(0)
    expect(await pool.upload(store, file, soon)).toMatchObject({ sentBytes: 0, alreadyThere: false })
    expect(statSync(file.remoteFile).size).toBe(0)
  })

  test('the file is not what it was said to be: packageDamaged, nothing is left', async () => {
    await begin(MIB)
    const wrong = { ...file, sha256: '0'.repeat(64) }
    const failure = await expectFailure(pool.upload(store, wrong, soon), 'packageDamaged')
    expect(failure.params.problem).toBe('localFileDamaged')
    expect([existsSync(part), existsSync(file.remoteFile)]).toEqual([false, false])
    const short = await expectFailure(pool.upload(store, { ...file, size: 5 }, soon), 'packageDamaged')
    expect(short.params.problem).toBe('localSizeDiffers')
  })

  test('one upload of a file at a time; of several files any number', async () => {
    await begin(2 * MIB)
    const first = pool.upload(store, file, soon)
    const second = await expectFailure(pool.upload(store, file, soon), 'throttled', false)
    expect(second.params.problem).toBe('uploadInProgress')
    await first
    const others = Array.from({ length: 10 }, (_, i) => ({
      ...file,
      remoteFile: path.join(bench.dir, `copy-${i}`),
    }))
    const results = await Promise.all(others.map((other) => pool.upload(store, other, soon)))
    for (const result of results) expect(result.sentBytes).toBe(file.size)
    for (const other of others) expect(sha256(readFileSync(other.remoteFile))).toBe(file.sha256)
    expect(server.accepted()).toBe(1)
  })

  test('a file where a folder should be, a folder where the file should be', async () => {
    await begin(1000)
    writeFileSync(path.join(bench.dir, 'flat'), '')
    const under = { ...file, remoteFile: path.join(bench.dir, 'flat', 'sub', 'x') }
    await expectFailure(pool.upload(store, under, soon), 'transferFailed')
    const failure = await expectFailure(
      pool.upload(store, { ...file, remoteFile: bench.dir }, soon),
      'transferFailed',
    )
    expect(failure.params.problem).toBe('isFolder')
  })
})

describeSshd('store servers with other programs', () => {
  describeWith(['busybox'], 'BusyBox and nothing else', () => {
    test('uploaded, resumed, found', async () => {
      const script = (name: string) => `exec ${findProgram('busybox')} ${name} "$@"`
      const names = ['head', 'sha256sum', 'df']
      await begin(12 * MIB, programs(Object.fromEntries(names.map((name) => [name, script(name)]))))
      mkdirSync(path.dirname(part), { recursive: true })
      writeFileSync(part, data.subarray(0, 5 * MIB))
      expect(await pool.upload(store, file, soon)).toMatchObject({ resumedFrom: 5 * MIB, sentBytes: 7 * MIB })
      arrived()
      expect(await pool.upload(store, file, soon)).toMatchObject({ alreadyThere: true })
    })
  })

  test('a full disk: diskFull before anything is sent', async () => {
    const df =
      'echo Filesystem 1024-blocks Used Available Capacity Mounted on; echo "/dev/a b 900 800 1500 60% /"'
    await begin(MIB, programs({ df }, ['head', 'sha256sum']))
    const failure = await expectFailure(pool.upload(store, file, soon), 'diskFull')
    expect(failure.params).toEqual({ freeBytes: 1500 * 1024, neededBytes: MIB })
    expect(existsSync(part)).toBe(false)
  })

  test('a disk that damages what it is given: packageDamaged, of the store', async () => {
    const sum = `cat > /dev/null; echo Welcome; echo ${'a'.repeat(64)}  -`
    await begin(MIB, programs({ sha256sum: sum }, ['head', 'df', 'cat']))
    const failure = await expectFailure(pool.upload(store, file, soon), 'packageDamaged')
    expect(failure.params.problem).toBe('damagedOnStore')
    expect(existsSync(part)).toBe(false)
  })

  test('no sha256sum: transferFailed, and it says what is missing', async () => {
    await begin(1000, programs({}, ['head', 'df']))
    const failure = await expectFailure(pool.upload(store, file, soon), 'transferFailed')
    expect(failure.params.problem).toBe('noHash')
    expect(String(failure.params.said)).toContain('sha256sum')
  })
})
