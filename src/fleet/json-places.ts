/** JSON read with the place of everything in it: JSON.parse says of no value where it stood. */
import type { Place } from './faults.ts'

export type Path = readonly (string | number)[]

export interface PlacedJson {
  readonly value: unknown
  /** Keys that an object has twice: the later one is taken, as JSON.parse does. */
  readonly twice: readonly { readonly key: string; readonly offset: number }[]
  /** Where it begins; of what is not there, where the nearest thing around it begins. */
  offsetOf(path: Path): number
}

export class JsonFault extends Error {
  readonly offset: number
  readonly code: 'syntaxInvalid' | 'tooDeep'
  constructor(offset: number, message: string, code: 'syntaxInvalid' | 'tooDeep' = 'syntaxInvalid') {
    super(message)
    this.offset = offset
    this.code = code
  }
}

const MAX_DEPTH = 64
const BLANK = /[\t\n\r ]*/y
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const LITERALS = [
  ['true', true],
  ['false', false],
  ['null', null],
] as const

/** Where the members of each object and array begin. */
type Members = WeakMap<object, Map<string | number, number>>

interface Reader {
  readonly text: string
  at: number
  readonly members: Members
  readonly twice: { key: string; offset: number }[]
}

function fail({ text, at }: Reader, what: string): never {
  const found = at >= text.length ? 'the end of the file' : JSON.stringify(text[at])
  throw new JsonFault(at, `${what} is expected here, not ${found}`)
}

function skip(reader: Reader): string | undefined {
  BLANK.lastIndex = reader.at
  BLANK.test(reader.text)
  reader.at = BLANK.lastIndex
  return reader.text[reader.at]
}

function expect(reader: Reader, char: string): void {
  if (skip(reader) !== char) fail(reader, JSON.stringify(char))
  reader.at += 1
}

/** Past the quotation mark that ends the text which begins here. */
function endOfString(reader: Reader): number {
  for (let end = reader.at + 1; end < reader.text.length; end += 1) {
    const code = reader.text.charCodeAt(end)
    if (code === 0x5c) end += 1
    else if (code === 0x22) return end + 1
    else if (code < 0x20) {
      reader.at = end
      fail(reader, 'a text without control characters')
    }
  }
  throw new JsonFault(reader.at, 'a text begins here and does not end')
}

function readString(reader: Reader): string {
  const from = reader.at
  reader.at = endOfString(reader)
  try {
    return JSON.parse(reader.text.slice(from, reader.at)) as string
  } catch {
    throw new JsonFault(from, 'a text has an escape that JSON does not know')
  }
}

function closed<T extends object>(reader: Reader, value: T): T {
  reader.at += 1
  return value
}

function readObject(reader: Reader, depth: number): object {
  const value: Record<string, unknown> = {}
  const places = new Map<string | number, number>()
  reader.members.set(value, places)
  reader.at += 1
  if (skip(reader) === '}') return closed(reader, value)
  for (;;) {
    if (skip(reader) !== '"') fail(reader, 'a key in quotation marks')
    const offset = reader.at
    const key = readString(reader)
    expect(reader, ':')
    if (places.has(key)) reader.twice.push({ key, offset })
    const member = readValue(reader, depth + 1)
    // Set in the usual way, `__proto__` would change the object's prototype.
    if (key === '__proto__')
      Object.defineProperty(value, key, {
        value: member,
        enumerable: true,
        configurable: true,
        writable: true,
      })
    else value[key] = member
    places.set(key, offset)
    if (skip(reader) === '}') return closed(reader, value)
    expect(reader, ',')
  }
}

function readArray(reader: Reader, depth: number): object {
  const value: unknown[] = []
  const places = new Map<string | number, number>()
  reader.members.set(value, places)
  reader.at += 1
  if (skip(reader) === ']') return closed(reader, value)
  for (;;) {
    skip(reader)
    places.set(value.length, reader.at)
    value.push(readValue(reader, depth + 1))
    if (skip(reader) === ']') return closed(reader, value)
    expect(reader, ',')
  }
}

function readNumber(reader: Reader): number {
  NUMBER.lastIndex = reader.at
  const found = NUMBER.exec(reader.text)
  if (found === null) fail(reader, 'a value')
  reader.at += found[0].length
  return Number(found[0])
}

function readValue(reader: Reader, depth: number): unknown {
  const char = skip(reader)
  if (depth > MAX_DEPTH) throw new JsonFault(reader.at, `at most ${MAX_DEPTH} levels are read`, 'tooDeep')
  if (char === '{') return readObject(reader, depth)
  if (char === '[') return readArray(reader, depth)
  if (char === '"') return readString(reader)
  for (const [word, value] of LITERALS) {
    if (!reader.text.startsWith(word, reader.at)) continue
    reader.at += word.length
    return value
  }
  return readNumber(reader)
}

/** @throws JsonFault where it is no JSON */
export function parsePlaced(text: string): PlacedJson {
  const reader: Reader = { text, at: 0, members: new WeakMap(), twice: [] }
  const value = readValue(reader, 0)
  skip(reader)
  if (reader.at < text.length) fail(reader, 'the end of the file')
  const offsetOf = (path: Path): number => {
    let [at, offset]: [unknown, number] = [value, 0]
    for (const key of path) {
      const found = typeof at === 'object' && at !== null ? reader.members.get(at)?.get(key) : undefined
      if (found === undefined) break
      offset = found
      at = (at as Record<string | number, unknown>)[key]
    }
    return offset
  }
  return { value, twice: reader.twice, offsetOf }
}

/** Makes places of offsets; lines end with LF. */
export function placesIn(text: string): (offset: number) => Place {
  const starts = [0]
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return (offset) => {
    let [low, high] = [0, starts.length - 1]
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((starts[middle] ?? 0) <= offset) low = middle
      else high = middle - 1
    }
    return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 }
  }
}
