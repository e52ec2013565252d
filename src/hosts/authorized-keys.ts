/**
 * The lines of devices in the authorized_keys of their store server's read-only account. Everything else in the file is
 * somebody else's: it is kept byte for byte, so texts here are latin1, one character a byte. Pure.
 */
import { isPinnableType, parseHostKey } from './host-key.ts'

/** A line has our end and is not of our form: a person has to see what it is. Nothing was changed. */
export class KeyLineUnclear extends Error {
  /** From 1. */
  readonly line: number

  constructor(line: number) {
    super(`line ${line} of the keys file ends as ours do, and is none that can be read`)
    this.name = 'KeyLineUnclear'
    this.line = line
  }
}

const commentOf = (cashId: string): string => Buffer.from(`nightshift:${cashId}`, 'utf8').toString('latin1')

/** What a person puts there by hand, where nobody else may. */
export const deviceKeyLine = (cashId: string, key: string): string => `restrict ${key} nightshift:${cashId}`

const isOurs = (line: string, cashId: string): boolean =>
  !line.trimStart().startsWith('#') && line.trimEnd().endsWith(` ${commentOf(cashId)}`)

/** Lines with their ends: joined, they are the file again. */
const linesOf = (text: string): string[] => text.match(/[^\n]*\n|[^\n]+$/g) ?? []

/** Options of sshd(8), AUTHORIZED_KEYS: no blanks but between quotation marks, which `\"` does not end. */
const OPTIONS = /^[ \t]*(?:(?:[^\s"]|"(?:\\"|[^"])*")+[ \t]+)?/
const KEY = /^([A-Za-z0-9@._-]+)[ \t]+([A-Za-z0-9+/]+={0,2})(?=[ \t])/

interface OurLine {
  readonly before: string
  readonly key: string
  readonly after: string
}

/** `restrict ssh-ed25519 AAAA… nightshift:1` in its parts; undefined: of another form, or a key of a type not known here. */
function partsOf(line: string): OurLine | undefined {
  for (const before of ['', OPTIONS.exec(line)?.[0] ?? '']) {
    const [written, type = '', base64] = KEY.exec(line.slice(before.length)) ?? []
    const key = `${type} ${base64}`
    if (written === undefined || !isPinnableType(type) || parseHostKey(key) === undefined) continue
    return { before, key, after: line.slice(before.length + written.length) }
  }
  return undefined
}

/** This device's lines by their places. @throws KeyLineUnclear */
function oursIn(lines: readonly string[], cashId: string): Map<number, OurLine> {
  const ours = new Map<number, OurLine>()
  for (const [at, line] of lines.entries()) {
    if (!isOurs(line, cashId)) continue
    const parts = partsOf(line)
    if (parts === undefined) throw new KeyLineUnclear(at + 1)
    ours.set(at, parts)
  }
  return ours
}

const textOf = ({ before, key, after }: OurLine): string => `${before}${key}${after}`

function appended(text: string, cashId: string, key: string): string {
  const end = text === '' || text.endsWith('\n') ? '' : '\n'
  return `${text}${end}restrict ${key} ${commentOf(cashId)}\n`
}

/**
 * The file with this device's key in place of its former ones; options that somebody added to the line stay.
 * @throws KeyLineUnclear
 */
export function withDeviceKey(text: string, cashId: string, key: string): string {
  const lines = linesOf(text)
  const ours = oursIn(lines, cashId)
  const [first] = ours
  if (first === undefined) return appended(text, cashId, key)
  const [at, former] = [...ours].find(([, parts]) => parts.key === key) ?? first
  return lines
    .map((line, i) => (i === at ? (former.key === key ? line : textOf({ ...former, key })) : line))
    .filter((_line, i) => i === at || !ours.has(i))
    .join('')
}

/**
 * The file with another key of this device beside the one that it has, under the same options: it may fetch with either.
 * @throws KeyLineUnclear
 */
export function withNextDeviceKey(text: string, cashId: string, key: string): string {
  const lines = linesOf(text)
  const ours = [...oursIn(lines, cashId)]
  if (ours.some(([, parts]) => parts.key === key)) return text
  const [at, former] = ours.at(-1) ?? []
  if (at === undefined || former === undefined) return appended(text, cashId, key)
  const line = lines[at] ?? ''
  const whole = line.endsWith('\n') ? line : `${line}\n`
  return lines.with(at, `${whole}${textOf({ ...former, key })}`).join('')
}

/** @throws KeyLineUnclear */
export function withoutDeviceKey(text: string, cashId: string): string {
  const lines = linesOf(text)
  const ours = oursIn(lines, cashId)
  return lines.filter((_line, at) => !ours.has(at)).join('')
}
