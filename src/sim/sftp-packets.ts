/**
 * SFTP version 3 on the wire (draft-ietf-secsh-filexfer-02): framing, reading and writing of fields.
 * Written here because ssh2's own server cannot advertise extensions, and answers without back-pressure.
 */
import type { Stats } from 'node:fs'

export const request = {
  init: 1,
  open: 3,
  close: 4,
  read: 5,
  write: 6,
  lstat: 7,
  fstat: 8,
  setstat: 9,
  fsetstat: 10,
  opendir: 11,
  readdir: 12,
  remove: 13,
  mkdir: 14,
  rmdir: 15,
  realpath: 16,
  stat: 17,
  rename: 18,
  extended: 200,
} as const
export const response = {
  version: 2,
  status: 101,
  handle: 102,
  data: 103,
  name: 104,
  attrs: 105,
  extended: 201,
} as const
export const code = {
  ok: 0,
  eof: 1,
  noSuchFile: 2,
  permissionDenied: 3,
  failure: 4,
  badMessage: 5,
  unsupported: 8,
} as const
export const openFlag = { read: 1, write: 2, append: 4, create: 8, truncate: 16, exclusive: 32 } as const

/** As OpenSSH: what `limits@openssh.com` promises. */
export const MAX_PACKET = 256 * 1024
export const MAX_DATA = MAX_PACKET - 1024

export class BadPacket extends Error {}

/** Cuts a byte stream into packets (without their length). */
export class PacketCutter {
  #waiting: Buffer[] = []
  #bytes = 0

  push(chunk: Buffer): Buffer[] {
    this.#waiting.push(chunk)
    this.#bytes += chunk.length
    const packets: Buffer[] = []
    for (;;) {
      const packet = this.#next()
      if (packet === undefined) return packets
      packets.push(packet)
    }
  }

  #next(): Buffer | undefined {
    if (this.#bytes < 4) return undefined
    const first = this.#waiting[0] as Buffer
    const head = first.length >= 4 ? first : this.#join()
    const length = head.readUInt32BE(0)
    if (length === 0 || length > MAX_PACKET) throw new BadPacket(`packet of ${length} bytes`)
    if (this.#bytes < 4 + length) return undefined
    const all = this.#join()
    const rest = all.subarray(4 + length)
    this.#waiting = rest.length > 0 ? [rest] : []
    this.#bytes = rest.length
    return all.subarray(4, 4 + length)
  }

  #join(): Buffer {
    if (this.#waiting.length > 1) this.#waiting = [Buffer.concat(this.#waiting)]
    return this.#waiting[0] as Buffer
  }
}

/** Reads fields one after another; throws BadPacket beyond the end. */
export class Fields {
  #at = 0
  readonly #packet: Buffer

  constructor(packet: Buffer) {
    this.#packet = packet
  }

  byte(): number {
    return this.#take(1).readUInt8(0)
  }
  uint32(): number {
    return this.#take(4).readUInt32BE(0)
  }
  uint64(): number {
    return Number(this.#take(8).readBigUInt64BE(0))
  }
  bytes(): Buffer {
    return this.#take(this.uint32())
  }
  text(): string {
    return this.bytes().toString('utf8')
  }
  attrs(): Attrs {
    const flags = this.uint32()
    const attrs: Attrs = {}
    if (flags & 1) attrs.size = this.uint64()
    if (flags & 2) this.#take(8)
    if (flags & 4) attrs.mode = this.uint32()
    if (flags & 8) attrs.times = { accessed: this.uint32(), modified: this.uint32() }
    return attrs
  }

  #take(length: number): Buffer {
    if (this.#at + length > this.#packet.length) throw new BadPacket('a field is missing')
    this.#at += length
    return this.#packet.subarray(this.#at - length, this.#at)
  }
}

export interface Attrs {
  size?: number
  mode?: number
  times?: { accessed: number; modified: number }
}

export const uint32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
export const uint64 = (value: number): Buffer => {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(BigInt(value))
  return bytes
}
export const string = (value: string | Buffer): Buffer => {
  const bytes = typeof value === 'string' ? Buffer.from(value) : value
  return Buffer.concat([uint32(bytes.length), bytes])
}
export const attrsOf = (stats: Stats): Buffer =>
  Buffer.concat([
    uint32(1 | 2 | 4 | 8),
    uint64(stats.size),
    ...[stats.uid, stats.gid, stats.mode].map(uint32),
    uint32(Math.floor(stats.atimeMs / 1000)),
    uint32(Math.floor(stats.mtimeMs / 1000)),
  ])

/** A whole packet: length, type, fields. */
export function packet(type: number, ...fields: readonly Buffer[]): Buffer {
  const length = fields.reduce((sum, field) => sum + field.length, 1)
  return Buffer.concat([uint32(length), Buffer.from([type]), ...fields])
}
