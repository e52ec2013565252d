/** What the API says of itself, and something of the shape that it asks for. */
import { z } from 'zod'
import type { Route } from '../../src/api/call.ts'
import type { Dice } from './attack-seed.ts'

export interface Shape {
  readonly type?: string | readonly string[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly anyOf?: readonly Shape[]
  readonly oneOf?: readonly Shape[]
  readonly allOf?: readonly Shape[]
  readonly properties?: Readonly<Record<string, Shape>>
  readonly required?: readonly string[]
  readonly items?: Shape
  readonly minItems?: number
  readonly minimum?: number
  readonly exclusiveMinimum?: number
  readonly format?: string
  readonly pattern?: string
  readonly $ref?: string
}

export interface Operation {
  readonly method: string
  /** `/rollouts/:id` */
  readonly path: string
  readonly query: Shape | undefined
  readonly body: Shape | undefined
  readonly streams: string | undefined
  /** Parameters that may be named more than once. */
  readonly repeats: readonly string[]
  /** Without a token too. */
  readonly isOpen: boolean
  /** Whether the API takes all of this for well formed. */
  fits(asked: { params: object; query: object; body: unknown }): boolean
}

interface Described {
  readonly parameters?: readonly { readonly name?: string; readonly in?: string; readonly schema?: Shape }[]
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema?: Shape }>> }
}
/** As much of OpenAPI 3.1 as is needed here. */
export interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>
  readonly components?: { readonly schemas?: Readonly<Record<string, Shape>> }
}

/** Whether the route behind it takes a request for well formed: so that each can be made surely wrong. */
function fitsOf(route: Route): Operation['fits'] {
  const isFit = (schema: z.ZodType | undefined, value: unknown) =>
    (schema ?? z.strictObject({})).safeParse(value).success
  return ({ params, query, body }) =>
    isFit(route.params, params) &&
    isFit(route.query, query) &&
    (route.body === undefined || isFit(route.body, body))
}

function operationOf(route: Route, { parameters = [], requestBody }: Described): Operation {
  const query = parameters.filter((one) => one.in === 'query')
  const members = query.map(({ name = '', schema = {} }) => [name, schema])
  return {
    method: route.method.toUpperCase(),
    path: route.path,
    query: { type: 'object', properties: Object.fromEntries(members) as Record<string, Shape> },
    body: route.streams === undefined ? requestBody?.content['application/json']?.schema : undefined,
    streams: route.streams,
    repeats: route.repeats ?? [],
    isOpen: route.permission === 'anyone',
    fits: fitsOf(route),
  }
}

/** Every operation of the document. @throws when one of them is no route, or a route is missing */
export function operationsOf(document: Document, routes: readonly Route[]): Operation[] {
  const found = Object.entries(document.paths).flatMap(([template, methods]) => {
    const path = template.replace(/^\/api\/v1/, '').replace(/\{([A-Za-z]+)\}/g, ':$1')
    const known = Object.entries(methods).filter(([name]) => METHODS.has(name))
    return known.map(([method, described]) => {
      const route = routes.find((one) => one.method === method && one.path === path)
      if (route === undefined) throw new Error(`no route: ${method} ${template}`)
      return operationOf(route, described)
    })
  })
  if (found.length !== routes.length) throw new Error(`${routes.length} routes, ${found.length} operations`)
  return found
}

const METHODS: ReadonlySet<string> = new Set(['get', 'post', 'put', 'patch', 'delete'])

/** Puts what is referred to in its place; a schema within itself ends as anything at all. */
export function inlined(document: Document): Document {
  const schemas = document.components?.schemas ?? {}
  const put = (value: unknown, above: readonly string[]): unknown => {
    if (Array.isArray(value)) return value.map((one) => put(one, above))
    if (typeof value !== 'object' || value === null) return value
    const name = '$ref' in value ? String(value.$ref).replace('#/components/schemas/', '') : undefined
    if (name !== undefined && Object.hasOwn(schemas, name))
      return above.includes(name) ? {} : put(schemas[name], [...above, name])
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, put(one, above)]))
  }
  return { paths: put(document.paths, []) as Document['paths'] }
}

const texts = [
  'till',
  'S1',
  'name',
  '00096000',
  'Europe/Moscow',
  '2030-01-01T00:00',
  '10.0.0.7',
  '/srv/packages',
]

function textOf({ format }: Shape, dice: Dice): string {
  if (format === 'uuid') return dice.uuid()
  if (format === 'uri') return 'http://10.0.0.1/packages'
  return format === 'date-time' ? '2030-01-01T00:00:00Z' : dice.pick(texts)
}

function objectOf(shape: Shape, dice: Dice, depth: number): object {
  const entries = Object.entries(shape.properties ?? {}).filter(
    ([name]) => (shape.required ?? []).includes(name) || (depth < 4 && dice.percent(40)),
  )
  return Object.fromEntries(entries.map(([name, member]) => [name, sample(member, dice, depth + 1)]))
}

/** Something that may fit; whether it does is the schema's to say. */
export function sample(shape: Shape, dice: Dice, depth = 0): unknown {
  const choices = shape.anyOf ?? shape.oneOf
  if (choices !== undefined && choices.length > 0) return sample(dice.pick(choices), dice, depth)
  if ('const' in shape) return shape.const
  if (shape.enum !== undefined) return dice.pick(shape.enum)
  const type = Array.isArray(shape.type) ? dice.pick(shape.type as string[]) : shape.type
  switch (type) {
    case 'object':
      return objectOf(shape, dice, depth)
    case 'array': {
      const length = depth > 5 ? 0 : Math.max(shape.minItems ?? 0, dice.below(3))
      return Array.from({ length }, () => sample(shape.items ?? {}, dice, depth + 1))
    }
    case 'string':
      return textOf(shape, dice)
    case 'integer':
    case 'number':
      return (shape.minimum ?? shape.exclusiveMinimum ?? 0) + dice.below(5)
    case 'boolean':
      return dice.percent(50)
    default:
      return null
  }
}
