/** zod schemas as JSON Schema (draft 2020-12) within an OpenAPI document: named ones become components. */
import { z } from 'zod'

export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json }
export type JsonObject = { readonly [name: string]: Json }

const LOCAL = '#/$defs/'
const COMPONENTS = '#/components/schemas/'

const isObject = (value: unknown): value is Record<string, Json> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** What zod writes for any whole number says nothing to a reader. */
const isNoise = (key: string, value: unknown): boolean =>
  key === '$schema' ||
  (key === 'minimum' && value === Number.MIN_SAFE_INTEGER) ||
  (key === 'maximum' && value === Number.MAX_SAFE_INTEGER)

function cleaned(value: Json): Json {
  if (Array.isArray(value)) return value.map(cleaned)
  if (!isObject(value)) return value
  const entries = Object.entries(value).flatMap(([key, member]): [string, Json][] => {
    if (isNoise(key, member) || key === '$defs') return []
    if (key === '$ref' && typeof member === 'string') return [[key, member.replace(LOCAL, COMPONENTS)]]
    return [[key, cleaned(member)]]
  })
  return Object.fromEntries(entries)
}

/** Collects the named schemas of one document. */
export interface Components {
  readonly schemas: Record<string, Json>
  /** @param io `input`: what is sent; `output`: what is answered */
  schemaOf(schema: z.ZodType, io: 'input' | 'output'): JsonObject
}

export function newComponents(): Components {
  const schemas: Record<string, Json> = {}
  return {
    schemas,
    schemaOf: (schema, io) => {
      // Within an object, so that a schema with a name of its own becomes a reference, too.
      const made = z.toJSONSchema(z.object({ it: schema }), { io, unrepresentable: 'any' }) as unknown as Json
      if (!isObject(made) || !isObject(made.properties)) throw new Error('no schema')
      const defs = isObject(made.$defs) ? made.$defs : {}
      for (const [name, def] of Object.entries(defs)) schemas[name] = cleaned(def)
      return cleaned(made.properties.it ?? {}) as JsonObject
    },
  }
}

const named = (ref: string): string => ref.slice(COMPONENTS.length)

/** A schema itself, where it is only named. */
export function resolved(schema: Json | undefined, schemas: Readonly<Record<string, Json>>): JsonObject {
  if (!isObject(schema)) return {}
  if (typeof schema.$ref !== 'string') return schema
  const found = schemas[named(schema.$ref)]
  return isObject(found) ? found : {}
}

const FORMATS: Readonly<Record<string, string>> = {
  uuid: '5f0c7c1e-8a52-4a9e-9d0f-2f1f6f0b7a11',
  'date-time': '2026-11-22T23:30:00.000Z',
}
const PATTERNS: readonly (readonly [RegExp, string])[] = [
  [/\{8\}/, '00096000'],
  [/\{64\}/, '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'],
]
const MAX_DEPTH = 6

function exampleText({ format, pattern, description }: JsonObject, name: string): string {
  const known = typeof format === 'string' ? FORMATS[format] : undefined
  if (known !== undefined) return known
  if (typeof pattern === 'string') {
    const found = PATTERNS.find(([test]) => test.test(pattern))?.[1]
    return found ?? (new RegExp(pattern).test(name) ? name : '1')
  }
  return name === '' || typeof description === 'string' ? 'text' : name
}

function exampleObject(schema: JsonObject, schemas: Readonly<Record<string, Json>>, depth: number): Json {
  if (!isObject(schema.properties)) return {}
  const required = Array.isArray(schema.required) ? schema.required : []
  const shown = Object.entries(schema.properties).filter(([name]) => depth < 2 || required.includes(name))
  return Object.fromEntries(
    shown.map(([name, member]) => [name, exampleOf(member, schemas, depth + 1, name)]),
  )
}

/** A value that a schema could let in, for people to read. */
export function exampleOf(
  of: Json | undefined,
  schemas: Readonly<Record<string, Json>>,
  depth = 0,
  name = '',
): Json {
  const schema = resolved(of, schemas)
  if (depth > MAX_DEPTH) return null
  if (schema.default !== undefined) return schema.default
  if (schema.const !== undefined) return schema.const
  if (Array.isArray(schema.enum)) return schema.enum[0] ?? null
  const choices = schema.anyOf ?? schema.oneOf
  if (Array.isArray(choices)) return exampleOf(choices[0], schemas, depth, name)
  if (Array.isArray(schema.allOf)) return exampleOf(schema.allOf[0], schemas, depth, name)
  switch (schema.type) {
    case 'object':
      return exampleObject(schema, schemas, depth)
    case 'array':
      return [exampleOf(schema.items, schemas, depth + 1, name)]
    case 'integer':
    case 'number':
      return typeof schema.minimum === 'number' ? Math.max(1, schema.minimum) : 1
    case 'boolean':
      return true
    case 'string':
      return exampleText(schema, name)
    default:
      return {}
  }
}
