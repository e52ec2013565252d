/** SFTP servers that are not OpenSSH's, or no good: in this process, on a file in memory. */
import { createHash, randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import ssh2, { type ServerChannel, type SFTPWrapper } from 'ssh2'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { UploadFile, UploadProgress } from '../../src/ssh/types.ts'
import { Bench, expectFailure } from './bench.ts'
import type { FakeOptions } from './fake-server.ts'

const { OK, NO_SUCH_FILE, FAILURE } = ssh2.utils.sftp.STATUS_CODE
const soon = { deadlineMs: 50_000 }
const sha256 = (data: Buffer) => createHash('sha256').update(data).digest('hex')

let bench: Bench
let file: UploadFile
let data: Buffer
beforeEach(async () => {
  bench = await Bench.start()
  data = randomBytes(3_000_000)
  const localFile = path.join(bench.dir, 'local')
  writeFileSync(localFile, data)
  file = { localFile, size: data.length, sha256: sha256(data), remoteFile: '/in/file' }
})
afterEach(() => bench.end())

class Disk {
  readonly files = new Map<string, Buffer>()
  readonly writes: { offset: number; length: number }[] = []
  freeKb = 1_000_000

  /** The three programs of a store server. */
  exec = (command: string, accept: () => ServerChannel) => {
    const channel = accept()
    const name = [...this.files.keys()].find((known) => command.includes(` ${known} `))
    const bytes = Number(/-c (\d+)/.exec(command)?.[1] ?? 0)
    const content = name === undefined ? Buffer.alloc(0) : (this.files.get(name) as Buffer).subarray(0, bytes)
    if (command.startsWith('df')) channel.write(`Filesystem\n/dev/x 1 1 ${this.freeKb} 1% /\n`)
    else channel.write(`${sha256(content)}  -\n`)
    channel.exit(0)
    channel.end()
  }

  /** SFTP 3 without any extension. `write` may misbehave. */
  serve(sftp: SFTPWrapper, write?: (answer: () => void, count: number, id: number) => void): void {
    const handles = new Map<number, string>()
    const handle = (id: number) => Buffer.from([id])
    sftp.on('error', () => {})
    const stat = (id: number, name: string) => {
      const content = this.files.get(name)
      if (name === '/in')
        return sftp.attrs(id, { mode: 0o040755, uid: 0, gid: 0, size: 0, atime: 0, mtime: 0 })
      if (content === undefined) return sftp.status(id, NO_SUCH_FILE)
      sftp.attrs(id, { mode: 0o100644, uid: 0, gid: 0, size: content.length, atime: 0, mtime: 0 })
    }
    sftp.on('STAT', stat)
    sftp.on('OPEN', (id, name, flags) => {
      if (flags & ssh2.utils.sftp.OPEN_MODE.TRUNC) this.files.set(name, Buffer.alloc(0))
      handles.set(handles.size, name)
      sftp.handle(id, handle(handles.size - 1))
    })
    sftp.on('WRITE', (id, which, offset, chunk) => {
      const name = handles.get(which[0] ?? -1) ?? ''
      this.writes.push({ offset, length: chunk.length })
      const old = this.files.get(name) ?? Buffer.alloc(0)
      const next = Buffer.alloc(Math.max(old.length, offset + chunk.length))
      old.copy(next)
      chunk.copy(next, offset)
      this.files.set(name, next)
      const answer = () => sftp.status(id, OK)
      if (write) write(answer, this.writes.length, id)
      else answer()
    })
    sftp.on('CLOSE', (id) => sftp.status(id, OK))
    sftp.on('REMOVE', (id, name) => sftp.status(id, this.files.delete(name) ? OK : NO_SUCH_FILE))
    sftp.on('RENAME', (id, from, to) => {
      const content = this.files.get(from)
      // As SFTP 3 says: not onto an existing file.
      if (content === undefined || this.files.has(to)) return sftp.status(id, FAILURE)
      this.files.delete(from)
      this.files.set(to, content)
      sftp.status(id, OK)
    })
  }
}

const serverWith = (disk: Disk, over: Partial<FakeOptions> = {}) =>
  bench.fake({ exec: disk.exec, sftp: (accept) => disk.serve(accept()), ...over })

test('a server without extensions: written in order, renamed over an old file', async () => {
  const disk = new Disk()
  disk.files.set('/in/file', Buffer.from('old'))
  const server = await serverWith(disk)
  const result = await bench.pool().upload(server.endpoint(), file, soon)
  expect(result).toEqual({ sentBytes: file.size, resumedFrom: 0, alreadyThere: false })
  expect(disk.files.get('/in/file')?.equals(data)).toBe(true)
  expect([...disk.files.keys()]).toEqual(['/in/file'])
  let end = 0
  for (const write of disk.writes) {
    expect(write.offset).toBe(end)
    expect(write.length).toBeLessThanOrEqual(34_000)
    end += write.length
  }
})

test('cut in the middle it leaves a true beginning, and the next call sends the rest', async () => {
  const disk = new Disk()
  const server = await serverWith(disk, {
    sftp: (accept) =>
      disk.serve(accept(), (answer, count) => {
        if (count !== 40) return answer()
        for (const socket of server.sockets) socket.destroy()
      }),
  })
  const pool = bench.pool()
  await expectFailure(pool.upload(server.endpoint(), file, soon), 'connectionLost')
  const left = disk.files.get('/in/file.part') as Buffer
  expect(left.equals(data.subarray(0, left.length))).toBe(true)
  const result = await pool.upload(server.endpoint(), file, soon)
  expect(result).toEqual({
    sentBytes: file.size - left.length,
    resumedFrom: left.length,
    alreadyThere: false,
  })
  expect(disk.files.get('/in/file')?.equals(data)).toBe(true)
})

test('writes that are never answered: timedOut, progress says what was sent', async () => {
  const disk = new Disk()
  const server = await serverWith(disk, { sftp: (accept) => disk.serve(accept(), () => {}) })
  const pool = bench.pool()
  await pool.exec({ store: server.endpoint() }, ['df'], soon)
  let sent = 0
  const options = {
    deadlineMs: 5000,
    onProgress: (p: UploadProgress) => {
      sent = p.sentBytes
    },
  }
  await expectFailure(pool.upload(server.endpoint(), file, options), 'timedOut', true)
  expect(sent).toBeGreaterThan(0)
  expect(sent).toBeLessThan(file.size)
})

test('the SFTP channel is closed in the middle: connectionLost, not at the deadline', async () => {
  const disk = new Disk()
  const server = await serverWith(disk, {
    sftp: (accept) => {
      const sftp = accept()
      disk.serve(sftp, (answer, count) => (count === 10 ? sftp.end() : answer()))
    },
  })
  const failure = await expectFailure(bench.pool().upload(server.endpoint(), file, soon), 'connectionLost')
  expect(failure.params.problem).toBe('sftpClosed')
})

test('the disk fills while writing: diskFull', async () => {
  const disk = new Disk()
  const server = await serverWith(disk, {
    sftp: (accept) => {
      const sftp = accept()
      disk.serve(sftp, (answer, count, id) => {
        if (count < 20) return answer()
        disk.freeKb = 0
        sftp.status(id, FAILURE)
      })
    },
  })
  await expectFailure(bench.pool().upload(server.endpoint(), file, soon), 'diskFull')
})

test('a refused write with room on the disk: transferFailed', async () => {
  const disk = new Disk()
  const server = await serverWith(disk, {
    sftp: (accept) => {
      const sftp = accept()
      disk.serve(sftp, (_answer, _count, id) => void sftp.status(id, FAILURE))
    },
  })
  const failure = await expectFailure(bench.pool().upload(server.endpoint(), file, soon), 'transferFailed')
  expect(failure.params).toMatchObject({ doing: 'write', problem: 'refused' })
})

test('no SFTP at all, or one that never says hello', async () => {
  const none = await bench.fake({ sftp: (_accept, reject) => reject() })
  const failure = await expectFailure(bench.pool().upload(none.endpoint(), file, soon), 'transferFailed')
  expect(failure.params.problem).toBe('sftpUnavailable')
  const mute = await bench.fake({ sftp: () => {} })
  const pool = bench.pool()
  await pool.exec({ store: mute.endpoint() }, ['true'], soon)
  await expectFailure(pool.upload(mute.endpoint(), file, { deadlineMs: 300 }), 'timedOut')
})
