/** Malformed requests: each surely wrong in at least one place, whatever else chance made of it. */
import { type Operation, type Shape, sample } from './attack-schema.ts'
import { type Dice, nasty } from './attack-seed.ts'

export interface Attack {
  readonly kind: string
  readonly method: string
  /** As it is sent, from the first slash on. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer | undefined
}

/** Of things that are there: names and ids by what they are of. */
export type Names = Readonly<Record<'id' | 'code' | 'cashId' | 'number', readonly string[]>>

export interface Field {
  readonly operations: readonly Operation[]
  readonly names: Names
  readonly token: string
}

interface Draft {
  method: string
  params: Record<string, string>
  query: Record<string, unknown>
  body: unknown
  headers: Record<string, string>
  /** What is sent for a body, where it is not JSON of `body`. */
  raw?: Buffer
  /** No schema has to refuse it: something else does. */
  isWrong: boolean
}

type Fault = (draft: Draft, operation: Operation, dice: Dice) => void

const texts = nasty.filter((one) => typeof one !== 'object')
const JSON_TYPE = 'application/json'
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Every object and list in a value, with itself. */
function places(value: unknown, found: object[] = []): object[] {
  if (typeof value !== 'object' || value === null) return found
  found.push(value)
  for (const one of Object.values(value)) places(one, found)
  return found
}

function spoilSomewhere(
  value: unknown,
  dice: Dice,
  spoil: (place: Record<string, unknown>, key: string) => void,
) {
  const all = places(value).filter((one) => Object.keys(one).length > 0)
  if (all.length === 0) return
  const place = dice.pick(all) as Record<string, unknown>
  spoil(place, dice.pick(Object.keys(place)))
}

const nest = (depth: number, open: string, close: string, inner: string): string =>
  `${open.repeat(depth)}${inner}${close.repeat(depth)}`

const broken: readonly ((dice: Dice, text: string) => Buffer)[] = [
  (dice, text) => Buffer.from(text.slice(0, dice.below(Math.max(text.length, 1)))),
  (_dice, text) => Buffer.from(`${text}}`),
  () => Buffer.from('{"a": NaN}'),
  () => Buffer.from("{'a': 1}"),
  () => Buffer.from('\ufeff\ufeff{}'),
  () => Buffer.from('{"a":1,}'),
  () => Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]),
  () => Buffer.from([0xc0, 0xaf, 0xed, 0xa0, 0x80]),
  () => Buffer.from(nest(200_000, '[', '', '')),
  () => Buffer.from('"text"'),
  () => Buffer.from('7'),
  () => Buffer.from('null'),
]

/** Faults of a body; only for what has one. */
const bodyFaults: Readonly<Record<string, Fault>> = {
  leaf: (draft, _operation, dice) =>
    spoilSomewhere(draft.body, dice, (place, key) => {
      place[key] = dice.pick(nasty)
    }),
  missing: (draft, _operation, dice) =>
    spoilSomewhere(draft.body, dice, (place, key) => {
      if (!Array.isArray(place)) delete place[key]
    }),
  unknown: (draft, _operation, dice) =>
    spoilSomewhere({ draft: draft.body }, dice, (place) => {
      place[`zz${String(dice.pick(texts)).slice(0, 40)}`] = dice.pick(nasty)
    }),
  list: (draft, _operation, dice) =>
    spoilSomewhere(draft.body, dice, (place, key) => {
      place[key] = Array.from({ length: 1 + dice.below(3000) }, () => dice.pick([place[key], null, 1, 'x']))
    }),
  whole: (draft, _operation, dice) => {
    draft.body = dice.pick([[], [draft.body], [[]], {}, [null]])
  },
  broken: (draft, _operation, dice) => {
    draft.raw = dice.pick(broken)(dice, JSON.stringify(draft.body ?? {}))
    // What was cut at its very end, or is nothing, may be whole again.
    draft.query.zz = 'broken'
  },
  deep: (draft, _operation, dice) => {
    const depth = 33 + dice.below(5000)
    const text = dice.percent(50) ? nest(depth, '[', ']', '') : nest(depth, '{"a":', '}', '1')
    draft.raw = Buffer.from(dice.percent(50) ? text : `{"name":${text}}`)
    draft.isWrong = true
  },
  prototype: (draft, _operation, dice) => {
    const name = dice.pick(['__proto__', 'constructor', 'prototype'])
    const inner = JSON.stringify(draft.body ?? {})
    const pair = `"${name}":{"isAdmin":true,"toString":null}`
    draft.raw = Buffer.from(
      inner === '{}' || !inner.startsWith('{') ? `{${pair}}` : `{${pair},${inner.slice(1)}`,
    )
    draft.isWrong = true
  },
  type: (draft, _operation, dice) => {
    draft.headers['content-type'] = dice.pick([
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'application/json; charset=utf-16',
      'application/xml',
      'x',
      '',
    ])
    draft.raw = Buffer.from(JSON.stringify(draft.body ?? { a: 1 }))
    draft.isWrong = true
  },
  encoding: (draft, _operation, dice) => {
    draft.headers['content-encoding'] = dice.pick(['gzip', 'br', 'deflate', 'x', 'gzip, gzip'])
    draft.raw = Buffer.from(JSON.stringify(draft.body ?? { a: 1 }))
    draft.isWrong = true
  },
  large: (draft, _operation, dice) => {
    if (!dice.percent(3)) return bodyFaults.leaf?.(draft, _operation, dice)
    draft.raw = Buffer.alloc(5 * 1024 * 1024, '[')
    draft.isWrong = true
  },
}

/** Faults of everything else. */
const otherFaults: Readonly<Record<string, Fault>> = {
  query: (draft, { query }, dice) => {
    const known = Object.keys(query?.properties ?? {})
    const name = known.length > 0 && dice.percent(70) ? dice.pick(known) : `q${dice.below(9)}`
    draft.query[name] = dice.pick(texts)
  },
  twice: (draft, { query, repeats }, dice) => {
    const name = dice.pick([...Object.keys(query?.properties ?? {}), 'limit'])
    draft.query[name] = [dice.pick(['1', 'x']), dice.pick(['2', ''])]
    if (repeats.includes(name)) draft.query.zz = '1'
    draft.isWrong = true
  },
  prototypeQuery: (draft, _operation, dice) => {
    const name = dice.pick(['__proto__', 'constructor', 'prototype', '__proto__[a]', 'a[__proto__]'])
    // Assigned, it would be the object's prototype.
    Object.defineProperty(draft.query, name, { value: '1', enumerable: true })
    draft.isWrong = true
  },
  path: (draft, _operation, dice) => {
    const names = Object.keys(draft.params)
    if (names.length === 0) draft.query.zz = '1'
    else draft.params[dice.pick(names)] = String(dice.pick(nasty.filter((one) => typeof one === 'string')))
    if (Object.values(draft.params).some((value) => value.length > 2000)) draft.isWrong = true
  },
  method: (draft, _operation, dice) => {
    draft.method = dice.pick(['PURGE', 'PROPFIND', 'TRACE', 'LOCK', 'MKCOL', 'SEARCH', 'LINK', 'REPORT'])
    draft.isWrong = true
  },
  token: (draft, { isOpen }, dice) => {
    if (isOpen) draft.query.zz = '1'
    draft.headers.authorization = dice.pick([
      '',
      'Bearer',
      'Bearer ns_x',
      `Bearer ${'x'.repeat(3000)}`,
      'Basic ====',
      'Basic YTpi',
      'Digest username="admin"',
      'Bearer \u00ff\u00fe',
      'bearer  a b c',
    ])
    draft.isWrong = true
  },
  headers: (draft, _operation, dice) => {
    const many = Object.fromEntries(Array.from({ length: 120 }, (_, n) => [`x-${n}`, 'x']))
    const what = dice.pick([
      many,
      { 'x-long': 'x'.repeat(17_000) },
      { 'idempotency-key': 'x'.repeat(300) },
      { 'content-length-x': '1', cookie: `a=${'b'.repeat(17_000)}` },
    ])
    Object.assign(draft.headers, what)
    if ('idempotency-key' in what) draft.query.zz = '1'
    else draft.isWrong = true
  },
  crossSite: (draft, { method }) => {
    Object.assign(draft.headers, { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' })
    if (method === 'GET') draft.query.zz = '1'
    else draft.isWrong = true
  },
}

const climbs = [
  '/..%2f..%2fetc%2fpasswd',
  '/stores/..%2f..%2fevents%2fx',
  '/stores/%2e%2e/%2e%2e/x',
  '/stores/a%00b',
  '/stores/%ff%fe',
  '/devices/%c0%af',
  '/rollouts/%25%32%65',
  '//stores',
  '/stores//x',
  '/stores;a=b/x',
  '/.git/config',
  '/%5c%5cserver%5cshare',
  '/stores/%E2%80%AE',
  '/packages/..%5c..%5cx',
  '/rollouts/__proto__',
  '/devices/constructor/x',
]

function climb({ token }: Field, dice: Dice): Attack {
  const headers = { authorization: `Bearer ${token}` }
  const tail = dice.percent(50) ? '' : `?${dice.pick(['a=%', 'a=%zz', '=', '&&&', 'a[b][c]=1', '%00=1'])}`
  const isLong = dice.percent(5)
  const place = isLong ? `/stores/${'a'.repeat(9000)}` : dice.pick(climbs)
  return { kind: 'climb', method: 'GET', path: `/api/v1${place}${tail}`, headers, body: undefined }
}

const encode = (value: unknown): string => encodeURIComponent(String(value).toWellFormed())

function queryOf(query: Readonly<Record<string, unknown>>): string {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).map((one) => `${encode(name)}=${encode(one)}`),
  )
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`
}

/** As it comes over the wire: texts only. */
const wired = (query: Readonly<Record<string, unknown>>): object =>
  Object.fromEntries(Object.entries(query).map(([name, value]) => [name, String(value).toWellFormed()]))

function begin(field: Field, operation: Operation, dice: Dice): Draft {
  const names = [...operation.path.matchAll(/:([a-zA-Z]+)/g)].map((found) => found[1] as string)
  // Nothing has this id: also a request that is well formed changes nothing.
  const isStranger = names.some((name) => name === 'id') && dice.percent(60)
  const known = (name: string): string => {
    const own = field.names[name as keyof Names] ?? field.names.id
    const any = dice.percent(30) ? Object.values(field.names).flat() : own
    return dice.pick(any)
  }
  const params = names.map((name) => [name, isStranger && name !== 'number' ? dice.uuid() : known(name)])
  const shape = (of: Shape | undefined): unknown => (of === undefined ? undefined : sample(of, dice))
  const query = shape(operation.query)
  return {
    method: operation.method,
    params: Object.fromEntries(params) as Record<string, string>,
    query: isObject(query) ? query : {},
    body: shape(operation.body),
    headers: { authorization: `Bearer ${field.token}` },
    // A list of what is not there may be an empty one.
    isWrong: isStranger && operation.method !== 'GET',
  }
}

function spoil(draft: Draft, operation: Operation, dice: Dice): string {
  const hasBody = operation.body !== undefined
  const faults = hasBody && dice.percent(70) ? bodyFaults : otherFaults
  const kind = dice.pick(Object.keys(faults))
  faults[kind]?.(draft, operation, dice)
  const { params, query, body } = draft
  if (!draft.isWrong && operation.fits({ params: wired(params), query: wired(query), body }))
    draft.query.zz = '1'
  // Its bytes are read by the handler, and no schema knows them.
  if (operation.streams !== undefined) draft.query.zz = '1'
  return kind
}

export function attack(field: Field, dice: Dice): Attack {
  if (dice.percent(4)) return climb(field, dice)
  const operation = dice.pick(field.operations)
  const draft = begin(field, operation, dice)
  const kind = spoil(draft, operation, dice)
  const place = operation.path.replace(
    /:([a-zA-Z]+)/g,
    (_all, name: string) => encode(draft.params[name]) || '%20',
  )
  const text = draft.body === undefined ? undefined : JSON.stringify(draft.body)
  const raw = draft.raw ?? (text === undefined ? undefined : Buffer.from(text))
  const body = draft.method === operation.method && operation.method !== 'GET' ? raw : undefined
  const type = body === undefined ? {} : { 'content-type': operation.streams ?? JSON_TYPE }
  const length = body === undefined ? {} : { 'content-length': String(body.length) }
  const headers = { ...type, ...length, ...draft.headers }
  return { kind, method: draft.method, path: `/api/v1${place}${queryOf(draft.query)}`, headers, body }
}
