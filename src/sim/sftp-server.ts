/** SFTP over real files of one folder: the requests that an uploader sends, one after another as OpenSSH answers them. */
import type { Dirent, Stats } from 'node:fs'
import { type FileHandle, lstat, mkdir, open, readdir, rename, rm, stat, truncate } from 'node:fs/promises'
import type { Duplex } from 'node:stream'
import { confine } from './confine.ts'
import { entryOf, exists, modeOf, SftpError, statusOf } from './sftp-files.ts'
import {
  attrsOf,
  BadPacket,
  code,
  Fields,
  MAX_DATA,
  MAX_PACKET,
  PacketCutter,
  packet,
  request,
  response,
  string,
  uint32,
  uint64,
} from './sftp-packets.ts'

/** What a store does around the writes of an upload: counting, and its faults. */
export interface SftpHooks {
  readonly root: string
  /** Called before the write; what it returns is written instead, and `cut` ends the connection after that. */
  readonly onWrite: (data: Buffer) => { data: Buffer; outcome: 'go on' | 'cut' | 'diskFull' }
  readonly isHanging: () => boolean
}

type Open =
  | { readonly kind: 'file'; readonly file: FileHandle }
  | { readonly kind: 'folder'; readonly path: string; left: string[] }

const EXTENSIONS = [
  ['posix-rename@openssh.com', '1'],
  ['fsync@openssh.com', '1'],
  ['limits@openssh.com', '1'],
] as const
const MAX_HANDLES = 64
const NAMES_PER_ANSWER = 100

/** Serves one SFTP channel until it ends. */
export class SftpSession {
  readonly #channel: Duplex
  readonly #connection: Duplex
  readonly #hooks: SftpHooks
  readonly #cutter = new PacketCutter()
  readonly #open = new Map<string, Open>()
  #lastHandle = 0
  #work: Promise<void> = Promise.resolve()

  constructor(channel: Duplex, connection: Duplex, hooks: SftpHooks) {
    this.#channel = channel
    this.#connection = connection
    this.#hooks = hooks
    channel.on('data', (chunk: Buffer) => this.#receive(chunk))
    channel.on('error', () => {})
    channel.on('end', () => channel.end())
    const close = (): void => {
      connection.off('close', close)
      this.#work = this.#work.then(() => this.#closeAll())
    }
    connection.once('close', close)
    channel.once('close', close)
  }

  #receive(chunk: Buffer): void {
    if (this.#hooks.isHanging()) return
    this.#channel.pause()
    this.#work = this.#work
      .then(async () => {
        for (const one of this.#cutter.push(chunk)) await this.#answer(one)
        this.#channel.resume()
      })
      .catch(() => {
        this.#channel.destroy()
      })
  }

  async #answer(body: Buffer): Promise<void> {
    const fields = new Fields(body)
    const type = fields.byte()
    if (type === request.init) return this.#send(this.#version(fields.uint32()))
    const id = fields.uint32()
    try {
      this.#send(await this.#handle(type, uint32(id), fields))
    } catch (error) {
      if (error instanceof BadPacket) throw error
      const { status, text } = statusOf(error)
      this.#send(packet(response.status, uint32(id), uint32(status), string(text), string('en')))
    }
  }

  #send(answer: Buffer): void {
    if (this.#channel.writable) this.#channel.write(answer)
  }

  #version(_theirs: number): Buffer {
    const pairs = EXTENSIONS.flatMap(([name, value]) => [string(name), string(value)])
    return packet(response.version, uint32(3), ...pairs)
  }

  async #handle(type: number, id: Buffer, fields: Fields): Promise<Buffer> {
    switch (type) {
      case request.open:
        return this.#openFile(id, fields)
      case request.close:
        return this.#close(id, fields)
      case request.read:
        return this.#read(id, fields)
      case request.write:
        return this.#write(id, fields)
      case request.lstat:
        return this.#attrs(id, await lstat(this.#path(fields)))
      case request.stat:
        return this.#attrs(id, await stat(this.#path(fields)))
      case request.fstat:
        return this.#attrs(id, await this.#file(fields).stat())
      case request.setstat:
        return this.#setAttrs(id, this.#path(fields), fields)
      case request.fsetstat:
        return this.#setFileAttrs(id, this.#file(fields), fields)
      case request.opendir:
        return this.#openFolder(id, this.#path(fields))
      case request.readdir:
        return this.#readFolder(id, fields)
      case request.remove:
        await rm(this.#path(fields))
        return this.#ok(id)
      case request.mkdir:
        await mkdir(this.#path(fields))
        return this.#ok(id)
      case request.rename:
        return this.#rename(id, fields, false)
      case request.realpath: {
        const real = string(this.#path(fields))
        return packet(response.name, id, uint32(1), real, real, uint32(0))
      }
      case request.extended:
        return this.#extended(id, fields)
      default:
        throw new SftpError(code.unsupported, 'Operation unsupported')
    }
  }

  async #extended(id: Buffer, fields: Fields): Promise<Buffer> {
    switch (fields.text()) {
      case 'posix-rename@openssh.com':
        return this.#rename(id, fields, true)
      case 'fsync@openssh.com':
        await this.#file(fields).sync()
        return this.#ok(id)
      case 'limits@openssh.com':
        return packet(response.extended, id, ...[MAX_PACKET, MAX_DATA, MAX_DATA, MAX_HANDLES].map(uint64))
      default:
        throw new SftpError(code.unsupported, 'Operation unsupported')
    }
  }

  #ok(id: Buffer): Buffer {
    return packet(response.status, id, uint32(code.ok), string('Success'), string('en'))
  }

  #attrs(id: Buffer, stats: Stats): Buffer {
    return packet(response.attrs, id, attrsOf(stats))
  }

  #path(fields: Fields): string {
    const full = confine(this.#hooks.root, fields.text())
    if (full === undefined) throw new SftpError(code.permissionDenied, 'Permission denied')
    return full
  }

  #keep(id: Buffer, opened: Open): Buffer {
    const handle = String(++this.#lastHandle)
    this.#open.set(handle, opened)
    return packet(response.handle, id, string(handle))
  }

  #file(fields: Fields): FileHandle {
    const opened = this.#open.get(fields.text())
    if (opened?.kind !== 'file') throw new SftpError(code.failure, 'Invalid handle')
    return opened.file
  }

  async #openFile(id: Buffer, fields: Fields): Promise<Buffer> {
    const name = this.#path(fields)
    const flags = fields.uint32()
    if (this.#open.size >= MAX_HANDLES) throw new SftpError(code.failure, 'Too many handles')
    return this.#keep(id, { kind: 'file', file: await open(name, await modeOf(name, flags)) })
  }

  async #close(id: Buffer, fields: Fields): Promise<Buffer> {
    const handle = fields.text()
    const opened = this.#open.get(handle)
    if (opened === undefined) throw new SftpError(code.failure, 'Invalid handle')
    this.#open.delete(handle)
    if (opened.kind === 'file') await opened.file.close()
    return this.#ok(id)
  }

  async #read(id: Buffer, fields: Fields): Promise<Buffer> {
    const file = this.#file(fields)
    const offset = fields.uint64()
    const data = Buffer.allocUnsafe(Math.min(fields.uint32(), MAX_DATA))
    const { bytesRead } = await file.read(data, 0, data.length, offset)
    if (bytesRead === 0) throw new SftpError(code.eof, 'End of file')
    return packet(response.data, id, string(data.subarray(0, bytesRead)))
  }

  async #write(id: Buffer, fields: Fields): Promise<Buffer> {
    const file = this.#file(fields)
    const offset = fields.uint64()
    const { data, outcome } = this.#hooks.onWrite(fields.bytes())
    if (data.length > 0) await file.write(data, 0, data.length, offset)
    if (outcome === 'cut') {
      this.#connection.destroy()
      throw new BadPacket('cut')
    }
    if (outcome === 'diskFull') throw new SftpError(code.failure, 'No space left on device')
    return this.#ok(id)
  }

  async #setAttrs(id: Buffer, name: string, fields: Fields): Promise<Buffer> {
    const { size } = fields.attrs()
    if (size !== undefined) await truncate(name, size)
    else await stat(name)
    return this.#ok(id)
  }

  async #setFileAttrs(id: Buffer, file: FileHandle, fields: Fields): Promise<Buffer> {
    const { size, mode } = fields.attrs()
    if (size !== undefined) await file.truncate(size)
    if (mode !== undefined) await file.chmod(mode & 0o777)
    return this.#ok(id)
  }

  async #rename(id: Buffer, fields: Fields, replaces: boolean): Promise<Buffer> {
    const from = this.#path(fields)
    const to = this.#path(fields)
    // Plain SFTP rename must not replace (draft 02, 6.5), and OpenSSH's does not.
    if (!replaces && (await exists(to))) throw new SftpError(code.failure, 'Failure')
    await rename(from, to)
    return this.#ok(id)
  }

  async #openFolder(id: Buffer, name: string): Promise<Buffer> {
    const left = (await readdir(name, { withFileTypes: true })).map((entry: Dirent) => entry.name)
    return this.#keep(id, { kind: 'folder', path: name, left })
  }

  async #readFolder(id: Buffer, fields: Fields): Promise<Buffer> {
    const opened = this.#open.get(fields.text())
    if (opened?.kind !== 'folder') throw new SftpError(code.failure, 'Invalid handle')
    const names = opened.left.splice(0, NAMES_PER_ANSWER)
    if (names.length === 0) throw new SftpError(code.eof, 'End of file')
    const found = await Promise.all(names.map((name) => entryOf(opened.path, name)))
    const entries = found.filter((entry) => entry !== undefined)
    return packet(response.name, id, uint32(entries.length), ...entries)
  }

  async #closeAll(): Promise<void> {
    for (const opened of this.#open.values()) {
      if (opened.kind === 'file') await opened.file.close().catch(() => {})
    }
    this.#open.clear()
  }
}
