/** The API's own description (OpenAPI 3.1), made from the table of routes and from nothing else. */
import { z } from 'zod'
import type { Reach, Route } from './call.ts'
import { isIdempotent } from './idempotency.ts'
import type { ListSpec } from './list-spec.ts'
import { type Components, exampleOf, type Json, type JsonObject, newComponents } from './openapi-schema.ts'
import { isPermission, permissions } from './permissions.ts'
import { type ProblemCode, problems } from './problem.ts'

const API = '/api/v1'

const AREAS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    ['fleet', 'stores', 'groups', 'labels', 'devices', 'freezes'].map((one) => [one, 'Fleet']),
  ),
  ...Object.fromEntries(['enrolments', 'host-keys'].map((one) => [one, 'Hosts'])),
  ...Object.fromEntries(['packages', 'store-packages'].map((one) => [one, 'Packages'])),
  ...Object.fromEntries(['rollouts', 'dry-runs', 'updates'].map((one) => [one, 'Rollouts'])),
  ...Object.fromEntries(['me', 'session', 'users', 'tokens'].map((one) => [one, 'Access'])),
  ...Object.fromEntries(['health', 'openapi.json', 'docs'].map((one) => [one, 'Server'])),
}
const needsIfMatch = ({ method, ifMatch }: Route): boolean => method === 'patch' || ifMatch === true
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

/** `/rollouts/:id/updates` → Rollouts. */
function areaOf({ path }: Pick<Route, 'path'>): string {
  const first = path.split('/')[1] ?? ''
  return AREAS[first] ?? capital(first)
}

/** `get /rollouts/:id/updates` → `getRolloutsByIdUpdates`. */
export const operationId = ({ method, path }: Pick<Route, 'method' | 'path'>): string =>
  method +
  path
    .split('/')
    .filter((part) => part !== '')
    .map((part) => (part.startsWith(':') ? `By${capital(part.slice(1))}` : part))
    .flatMap((part) => part.split(/[^A-Za-z0-9]+/))
    .map(capital)
    .join('')

export const templateOf = ({ path }: Pick<Route, 'path'>): string => path.replace(/:([A-Za-z]+)/g, '{$1}')

const REACHES: Readonly<Partial<Record<Reach, string>>> = {
  none: 'nothing of any store',
  chain: 'only for who may see the whole chain',
  own: 'keeps to the stores of who asks',
}

function parametersOf(route: Route, components: Components): JsonObject[] {
  const from = (schema: z.ZodType | undefined, place: 'path' | 'query'): JsonObject[] => {
    if (schema === undefined) return []
    const { properties = {}, required = [] } = components.schemaOf(schema, 'input')
    return Object.entries(properties as Record<string, JsonObject>).map(
      ([name, { description, ...own }]) => ({
        name,
        in: place,
        required: place === 'path' || (required as Json[]).includes(name),
        ...(description === undefined ? {} : { description }),
        schema: own,
      }),
    )
  }
  const refs = [
    ...(needsIfMatch(route) ? ['IfMatch'] : []),
    ...(isIdempotent(route) ? ['IdempotencyKey'] : []),
  ].map((name) => ({ $ref: `#/components/parameters/${name}` }))
  return [...from(route.params, 'path'), ...from(route.query, 'query'), ...refs]
}

function bodyOf(route: Route, components: Components): JsonObject | undefined {
  if (route.streams !== undefined)
    return { required: true, content: { [route.streams]: { schema: { type: 'string', format: 'binary' } } } }
  if (route.body === undefined) return undefined
  const schema = components.schemaOf(route.body, 'input')
  const example = exampleOf(schema, components.schemas)
  return { required: true, content: { 'application/json': { schema, example } } }
}

/** What can go wrong with any route of its kind; what is its own besides comes as 409 or 422. */
function problemsOf(route: Route): ProblemCode[] {
  const hasBody = route.body !== undefined || route.streams !== undefined
  const isNamed = !['none', 'chain', 'own'].includes(route.reach)
  return [
    ...(route.permission === 'anyone' ? [] : (['tokenInvalid'] as const)),
    ...(isPermission(route.permission) ? (['permissionMissing'] as const) : []),
    ...(route.reach === 'none' ? [] : (['outOfScope'] as const)),
    ...(route.params === undefined && !isNamed ? [] : (['notFound'] as const)),
    ...(route.method === 'get' ? [] : (['crossSite'] as const)),
    ...(hasBody ? (['bodyTooLarge', 'contentTypeUnsupported'] as const) : []),
    ...(route.body === undefined ? [] : (['bodyNotJson'] as const)),
    ...(needsIfMatch(route) ? (['preconditionFailed', 'preconditionRequired'] as const) : []),
    ...(route.list === undefined ? [] : (['filterInvalid'] as const)),
    ...(route.list === undefined || /(\/counts|^\/board)$/.test(route.path)
      ? []
      : (['sortInvalid', 'cursorInvalid'] as const)),
    ...(route.query === undefined && route.body === undefined
      ? []
      : (['fieldInvalid', 'fieldUnknown'] as const)),
    'internalError',
    'unavailable',
  ]
}

const PROBLEM_CONTENT = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } }

function problemResponses(route: Route): Record<string, Json> {
  const codes = problemsOf(route)
  const statuses = [...new Set(codes.map((code) => problems[code][0]))].sort((a, b) => a - b)
  const entries = statuses.map((status): [string, Json] => {
    const own = codes.filter((code) => problems[code][0] === status)
    return [String(status), { description: own.join(', '), 'x-codes': own, content: PROBLEM_CONTENT }]
  })
  return { ...Object.fromEntries(entries), default: { $ref: '#/components/responses/Problem' } }
}

function responsesOf(route: Route, components: Components): JsonObject {
  const { answer, media = [] } = route
  const statuses = route.statuses ?? [answer === null ? 204 : 200]
  const schema = answer == null ? undefined : components.schemaOf(answer, 'output')
  const others = media.map((type) => [type, { schema: { type: 'string' } }])
  const json = schema && { schema, example: exampleOf(schema, components.schemas) }
  const content = {
    ...(json === undefined || media.includes('application/json') ? {} : { 'application/json': json }),
    ...Object.fromEntries(others),
  }
  const done = statuses.map((status) => [
    String(status),
    { description: route.summary, ...(Object.keys(content).length === 0 ? {} : { content }) },
  ])
  return { ...problemResponses(route), ...Object.fromEntries(done) }
}

const listOf = ({ name, sort, fields }: ListSpec): JsonObject => ({
  name,
  sort,
  fields: Object.entries(fields).map(([field, { type, choices, sorts, summary }]) => ({
    ...{ name: field, type, summary, sorts: sorts ?? false },
    ...(choices === undefined ? {} : { choices: [...choices] }),
  })),
})

function operationOf(route: Route, components: Components): JsonObject {
  const { permission, reach, list } = route
  const requestBody = bodyOf(route, components)
  return {
    operationId: operationId(route),
    summary: route.summary,
    tags: [areaOf(route)],
    ...(permission === 'anyone' ? { security: [] } : {}),
    'x-permission': permission,
    ...(isPermission(permission) ? { 'x-role': permissions[permission] } : {}),
    'x-reach': reach,
    'x-reach-means': REACHES[reach] ?? `the stores of the ${reach}`,
    ...(list === undefined ? {} : { 'x-list': listOf(list) }),
    parameters: parametersOf(route, components),
    ...(requestBody === undefined ? {} : { requestBody }),
    responses: responsesOf(route, components),
  }
}

const fault = z.looseObject({
  code: z.string(),
  path: z.string(),
  detail: z.string().optional(),
  value: z.string().optional(),
})
const problem = z
  .looseObject({
    type: z.string().meta({ description: 'urn:nightshift:problem: and the code.' }),
    title: z.string(),
    status: z.int(),
    code: z.enum(Object.keys(problems) as [ProblemCode, ...ProblemCode[]]),
    detail: z.string().optional(),
    path: z.string().optional().meta({ description: 'What is wrong: `stores.3.devices.0.cashId`.' }),
    errors: z.array(fault).optional().meta({ description: 'Everything that is wrong, at once.' }),
    requestId: z.string(),
  })
  .meta({ id: 'Problem', description: 'RFC 9457. Programs compare the code.' })

const header = (name: string, required: boolean, description: string): JsonObject => ({
  ...{ name, in: 'header', required, description },
  schema: { type: 'string' },
})

const SHARED = {
  parameters: {
    IfMatch: header('If-Match', true, 'The ETag of what was seen; `*`: whatever it is by now.'),
    IdempotencyKey: header(
      'Idempotency-Key',
      false,
      'The same key never does the work twice; the answer is given again.',
    ),
  },
  responses: { Problem: { description: 'What went wrong, by its code.', content: PROBLEM_CONTENT } },
  securitySchemes: {
    token: { type: 'http', scheme: 'bearer', description: 'A token of `nightshift token` or POST /tokens.' },
    session: { type: 'apiKey', in: 'cookie', name: 'nightshift', description: 'Set by POST /session.' },
  },
}

/** @param version of this software */
export function openApiDocument(routes: readonly Route[], version: string): JsonObject {
  const components = newComponents()
  components.schemaOf(problem, 'output')
  const paths: Record<string, Record<string, Json>> = {}
  for (const route of routes) {
    const path = templateOf(route)
    paths[path] = { ...paths[path], [route.method]: operationOf(route, components) }
  }
  const areas = [...new Set(routes.map(areaOf))]
  return {
    openapi: '3.1.0',
    jsonSchemaDialect: 'https://json-schema.org/draft/2020-12/schema',
    info: {
      title: 'Nightshift',
      version,
      summary: 'Updates the software of a retail chain at night.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: API }],
    security: [{ token: [] }, { session: [] }],
    tags: areas.map((name) => ({ name })),
    paths,
    components: { schemas: components.schemas, ...SHARED },
    'x-problems': Object.fromEntries(
      Object.entries(problems).map(([code, [status, title]]) => [code, { status, title }]),
    ),
  }
}
