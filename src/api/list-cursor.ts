/** A place in a list: the sort's keys of its last row, bound to list, sort and filter. */
import { createHash } from 'node:crypto'

export type KeyType = 'text' | 'integer' | 'time' | 'flag' | 'id'

/** As text; a time in milliseconds since 1970. */
export type Key = string | null

const MAX_CURSOR = 4000
const SEAL = 16

/** Not secret: it tells a cursor of another list, and one that was mangled. Every key is checked besides. */
const seal = (bound: string, keys: readonly Key[]): string =>
  createHash('sha256')
    .update(`${bound}\n${JSON.stringify(keys)}`)
    .digest('base64url')
    .slice(0, SEAL)

export const writeCursor = (bound: string, keys: readonly Key[]): string =>
  Buffer.from(JSON.stringify([seal(bound, keys), ...keys])).toString('base64url')

const UNFIT = /[\p{Cc}\p{Cs}]/u
const INTEGER = /^-?\d{1,18}$/
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
/** The year 68: PostgreSQL begins in 4713 BC, dates of JavaScript long before. */
const OLDEST = -6e13
const FORMS: Readonly<Record<KeyType, (key: string) => boolean>> = {
  text: (key) => !UNFIT.test(key),
  integer: (key) => INTEGER.test(key),
  time: (key) => INTEGER.test(key) && Number(key) > OLDEST && Number(key) < 8.64e15,
  flag: (key) => key === 'true' || key === 'false',
  id: (key) => UUID.test(key),
}

function readJson(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
  } catch {
    return undefined
  }
}

/** Undefined: not a place in this list. */
export function readCursor(bound: string, types: readonly KeyType[], cursor: string): Key[] | undefined {
  if (cursor.length > MAX_CURSOR || !/^[A-Za-z0-9_-]+$/.test(cursor)) return undefined
  const read = readJson(cursor)
  if (!Array.isArray(read) || read.length !== types.length + 1) return undefined
  const [sealed, ...keys] = read as unknown[]
  const isFit = types.every((type, i) => {
    const key = keys[i]
    return key === null || (typeof key === 'string' && FORMS[type](key))
  })
  if (!isFit || sealed !== seal(bound, keys as Key[])) return undefined
  return keys as Key[]
}
