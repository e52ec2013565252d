/** The API's description: of every route, of nothing else, and whole. */

import { load } from 'cheerio'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openApiDocument, operationId, templateOf } from '../../src/api/openapi.ts'
import type { Json, JsonObject } from '../../src/api/openapi-schema.ts'
import { problems } from '../../src/api/problem.ts'
import { routes } from '../../src/api/routes.ts'
import { type HeadOffice, openHeadOffice } from './head-office.ts'

let office: HeadOffice
beforeAll(async () => {
  office = await openHeadOffice()
})
afterAll(() => office.close())

const document = openApiDocument(routes, '1.2.3') as JsonObject & {
  paths: Record<string, Record<string, JsonObject>>
}
const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace']
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
)

/** Every object of the document, with where it stands. */
function* objects(value: Json, at: string): Generator<readonly [string, JsonObject]> {
  if (typeof value !== 'object' || value === null) return
  if (!Array.isArray(value)) yield [at, value as JsonObject]
  for (const [key, member] of Object.entries(value))
    yield* objects(member as Json, `${at}/${key.replaceAll('/', '~1')}`)
}

function pointed(ref: string): unknown {
  let at: unknown = document
  for (const part of ref.slice(2).split('/'))
    at = (at as Record<string, unknown> | undefined)?.[part.replaceAll('~1', '/').replaceAll('~0', '~')]
  return at
}

test('every route says what it answers', () => {
  const silent = routes.filter((route) => route.answer === undefined)
  expect(silent.map(({ method, path }) => `${method} ${path}`)).toEqual([])
})

test('every route is in the document, and every call of the document is a route', () => {
  const ofRoutes = routes.map((route) => `${route.method} ${templateOf(route)}`)
  expect(operations.map(({ path, method }) => `${method} ${path}`).sort()).toEqual([...ofRoutes].sort())
  expect(new Set(ofRoutes).size).toBe(ofRoutes.length)
})

describe('as OpenAPI 3.1 wants it', () => {
  test('the members that must be there', () => {
    expect(document.openapi).toMatch(/^3\.1\.\d+$/)
    expect(document.info).toMatchObject({ title: expect.any(String), version: '1.2.3' })
    for (const { path, method, operation } of operations) {
      const where = `${method} ${path}`
      expect(path, where).toMatch(/^\//)
      expect(METHODS, where).toContain(method)
      expect(Object.keys(operation.responses as object).length, where).toBeGreaterThan(0)
      for (const [status, response] of Object.entries(operation.responses as Record<string, JsonObject>)) {
        expect(status, where).toMatch(/^([1-5]\d\d|default)$/)
        if (response.$ref === undefined) expect(response.description, where).toEqual(expect.any(String))
      }
    }
  })

  test('operation ids are unique, and names', () => {
    const ids = operations.map(({ operation }) => operation.operationId as string)
    expect(new Set(ids).size).toBe(ids.length)
    for (const id of ids) expect(id).toMatch(/^[a-z][A-Za-z0-9]+$/)
    expect(operationId({ method: 'get', path: '/rollouts/:id/updates/counts' })).toBe(
      'getRolloutsByIdUpdatesCounts',
    )
  })

  test('every reference leads somewhere within it', () => {
    const refs = [...objects(document, '#')].flatMap(([at, one]) =>
      typeof one.$ref === 'string' ? [[at, one.$ref] as const] : [],
    )
    expect(refs.length).toBeGreaterThan(100)
    for (const [at, ref] of refs) {
      expect(ref, at).toMatch(/^#\/components\//)
      expect(pointed(ref), `${at} → ${ref}`).toBeDefined()
    }
  })

  test('every name in a path is a parameter of it that is needed, each once, each with a schema', () => {
    for (const { path, method, operation } of operations) {
      const where = `${method} ${path}`
      const all = (operation.parameters as JsonObject[]).map((one) =>
        typeof one.$ref === 'string' ? (pointed(one.$ref) as JsonObject) : one,
      )
      for (const one of all) {
        expect(['path', 'query', 'header', 'cookie'], where).toContain(one.in)
        expect(one.schema, where).toEqual(expect.any(Object))
      }
      expect(new Set(all.map((one) => `${one.in} ${one.name}`)).size, where).toBe(all.length)
      const named = [...path.matchAll(/\{([^}]+)\}/g)].map((found) => found[1])
      const inPath = all.filter((one) => one.in === 'path')
      expect(inPath.map((one) => one.name).sort(), where).toEqual(named.sort())
      expect(
        inPath.every((one) => one.required),
        where,
      ).toBe(true)
    }
  })

  test('schemas have types that JSON has, and names that components may have', () => {
    const TYPES = ['object', 'array', 'string', 'number', 'integer', 'boolean', 'null']
    const { schemas } = document.components as { schemas: JsonObject }
    for (const name of Object.keys(schemas)) expect(name).toMatch(/^[a-zA-Z0-9._-]+$/)
    for (const [at, one] of objects(schemas, '#')) {
      if (typeof one.type === 'string' && !at.endsWith('/properties')) expect(TYPES, at).toContain(one.type)
      if (Array.isArray(one.required) && !at.endsWith('/properties'))
        expect(Object.keys(one.properties as object), at).toEqual(expect.arrayContaining([...one.required]))
      expect(one, at).not.toHaveProperty('$defs')
    }
  })

  test('who may, whose stores, what goes wrong: as the table says', () => {
    for (const route of routes) {
      const operation = document.paths[templateOf(route)]?.[route.method]
      expect(operation?.['x-permission']).toBe(route.permission)
      expect(operation?.['x-reach']).toBe(route.reach)
      expect(operation?.security).toEqual(route.permission === 'anyone' ? [] : undefined)
      const statuses = Object.keys(operation?.responses as object)
      if (route.permission !== 'anyone') expect(statuses).toContain('401')
      for (const status of route.statuses ?? []) expect(statuses).toContain(String(status))
    }
    expect(Object.keys(document['x-problems'] as object)).toEqual(Object.keys(problems))
  })
})

test('it is served to anyone, and is this document', async () => {
  const reply = await office.ask('GET', '/openapi.json', { token: null })
  expect([reply.status, reply.headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8'])
  expect(reply.json.paths).toEqual(JSON.parse(JSON.stringify(document.paths)))
  expect(reply.json.info.version).toMatch(/^\d+\.\d+\.\d+/)
})

describe('the page', () => {
  test('has every call under its name, every problem, and no link that leads nowhere', async () => {
    const reply = await office.ask('GET', '/docs', { token: null })
    expect(reply.headers.get('content-type')).toBe('text/html; charset=utf-8')
    const page = load(reply.text)
    const ids = page('[id]')
      .map((_, one) => page(one).attr('id'))
      .get()
    expect(new Set(ids).size).toBe(ids.length)
    for (const route of routes) expect(ids).toContain(operationId(route))
    for (const code of Object.keys(problems)) expect(ids).toContain(`problem-${code}`)
    const links = page('a[href]')
      .map((_, one) => page(one).attr('href'))
      .get()
    for (const link of links) if (link !== 'openapi.json') expect(ids, link).toContain(link.replace(/^#/, ''))
    expect(page('.call').length).toBe(routes.length)
  })

  test('runs nothing, fetches nothing, and its style is the one that its policy names', async () => {
    const reply = await office.ask('GET', '/docs', { token: null })
    const page = load(reply.text)
    expect(page('script, link, img, iframe, form, object, [onclick], [style]').length).toBe(0)
    const policy = reply.headers.get('content-security-policy') ?? ''
    const { createHash } = await import('node:crypto')
    const hash = createHash('sha256').update(page('style').text()).digest('base64')
    expect(policy).toContain(`style-src 'sha256-${hash}'`)
    expect(policy).toContain("default-src 'none'")
    expect(policy).not.toContain('unsafe')
  })
})
