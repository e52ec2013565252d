/** Every route of the table × every role × own and foreign stores: who is let in, and who is told what. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Route } from '../../src/api/call.ts'
import { permissions, permissionsOf, type Role, roles } from '../../src/api/permissions.ts'
import { routes } from '../../src/api/routes.ts'
import { createToken } from '../../src/db/tokens.ts'
import { MARKS, openWorld, ownGroups, tokenFor, type World } from './chain-of-two.ts'
import { type HeadOffice, openHeadOffice, type Reply } from './head-office.ts'
import { addPerson } from './people.ts'

const PAGE = path.resolve(import.meta.dirname, '../../docs/access.md')

/** What the page for people says: permission → roles. */
const table: Readonly<Record<string, readonly Role[]>> = Object.fromEntries(
  [...readFileSync(PAGE, 'utf8').matchAll(/^\| `([a-z.]+)` \|(.*?)\|(.*?)\|(.*?)\|(.*?)\|/gm)].map(
    ([, name = '', ...cells]) => [name, roles.filter((_, i) => cells[i]?.trim() === 'yes')],
  ),
)

let office: HeadOffice
let world: World
/** By role; of the whole chain, and of the own group. */
const tokens: Record<'chain' | 'own', Partial<Record<Role, string>>> = { chain: {}, own: {} }

beforeAll(async () => {
  office = await openHeadOffice()
  world = await openWorld(office)
  for (const role of roles) {
    tokens.chain[role] = await tokenFor(office, role, [])
    tokens.own[role] = await tokenFor(office, role, ownGroups)
  }
})
afterAll(() => office.close())

const NOBODY = '0b4dd1b1-6a5d-4a53-9a3e-0d1f4c5a7d11'
const isNamed = ({ reach }: Route): boolean => !['none', 'chain', 'own'].includes(reach)
/** The parameter that names what a route reaches. */
const NAMING: Readonly<Record<string, string>> = { store: 'code', device: 'cashId' }
/** What else stands in a path; a route with another one has no sample here, and fails. */
const OTHERS: Readonly<Record<string, string>> = {
  number: '1',
  id: NOBODY,
  sessionId: NOBODY,
  fingerprint: 'x',
}

/** @throws Error for a route of which there is no sample */
function addressOf(route: Route, side: 'own' | 'foreign' | 'both'): string {
  const names = world[route.reach]
  if (isNamed(route) && names === undefined) throw new Error(`no sample of a ${route.reach}`)
  return route.path.replaceAll(/:([A-Za-z]+)/g, (_, param: string) => {
    const isName = isNamed(route) && param === (NAMING[route.reach] ?? 'id')
    const value = isName ? names?.[side] : OTHERS[param]
    if (value === undefined) throw new Error(`${route.method} ${route.path}: no sample of :${param}`)
    return encodeURIComponent(value)
  })
}

/** Bodies that no schema takes: whoever is let in changes nothing. */
const ask = (route: Route, side: 'own' | 'foreign' | 'both', token: string | null): Promise<Reply> =>
  office.ask(route.method.toUpperCase(), addressOf(route, side), {
    token,
    ...(route.body === undefined ? {} : { json: { '§': true } }),
    ...(route.path === '/events' ? { headers: { Accept: 'application/json' } } : {}),
  })

type Expected = 'in' | 'permissionMissing' | 'outOfScope' | 'notFound'

/** By the page and the meaning of `reach` alone. */
function expected(route: Route, role: Role, isScoped: boolean, side: 'own' | 'foreign' | 'both'): Expected {
  const { permission, reach, method } = route
  if (permission === 'anyone') return 'in'
  if (permission !== 'signedIn' && !table[permission]?.includes(role)) return 'permissionMissing'
  if (!isScoped || reach === 'none' || reach === 'own') return 'in'
  if (reach === 'chain') return 'outOfScope'
  if (side === 'foreign') return 'notFound'
  const tellsOfAll = /^\/(dry-runs\/:id|rollouts\/:id\/(plan|drift|replan))$/.test(route.path)
  return side === 'both' && (method !== 'get' || tellsOfAll) ? 'outOfScope' : 'in'
}

const REFUSALS = ['tokenInvalid', 'permissionMissing', 'outOfScope', 'routeUnknown', 'methodNotAllowed']

/** What an answer says of having been let in. */
function told(route: Route, { status, json }: Reply): string {
  const code = json?.code as string | undefined
  if (status >= 500) return `${status} ${code}`
  if (code !== undefined && REFUSALS.includes(code)) return code
  // What a path names and is theirs is there.
  return isNamed(route) && code === 'notFound' ? code : 'in'
}

const title = ({ method, path: where }: Route): string => `${method.toUpperCase()} ${where}`

describe('the page for people', () => {
  test('has every permission, with the roles that have it', () => {
    const coded = Object.keys(permissions).map((name) => [
      name,
      roles.filter((role) => (permissionsOf(role) as ReadonlySet<string>).has(name)),
    ])
    expect(table).toEqual(Object.fromEntries(coded))
  })
})

/** What a path that names something reaches, by its first word; packages and tokens are of no store. */
const REACHES: Readonly<Record<string, readonly string[]>> = {
  stores: ['store'],
  devices: ['device'],
  rollouts: ['rollout'],
  updates: ['update'],
  commands: ['command'],
  enrolments: ['enrolment'],
  'dry-runs': ['dryRun'],
  reports: ['chain', 'report'],
  schedules: ['chain'],
  freezes: ['chain'],
  users: ['chain'],
  // Of the chain, or kept to their own stores by the handler.
  packages: ['none', 'own', 'chain'],
  tokens: ['none'],
}

test('a route that names something is declared to reach it', () => {
  for (const route of routes.filter((one) => one.path.includes(':'))) {
    const word = route.path.split('/')[1] ?? ''
    expect([title(route), REACHES[word]]).toEqual([title(route), expect.arrayContaining([route.reach])])
  }
})

describe('every route', () => {
  test.each(routes.map((route) => [title(route), route] as const))(
    '%s',
    async (_title, route) => {
      const cases = roles.flatMap((role) =>
        (['chain', 'own'] as const).flatMap((scope) =>
          (['own', 'foreign', 'both'] as const).map((side) => ({ role, scope, side })),
        ),
      )
      const hasSide = (side: string) =>
        side === 'own' || (isNamed(route) && world[route.reach]?.[side as 'both'])
      const seen: Record<string, string> = {}
      const wanted: Record<string, string> = {}
      for (const { role, scope, side } of cases.filter((one) => hasSide(one.side))) {
        const name = `${role} of ${scope}, ${side}`
        const reply = await ask(route, side, tokens[scope][role] ?? '')
        seen[name] = told(route, reply)
        wanted[name] = expected(route, role, scope === 'own', side)
        // Nothing of others' stores in what may be read; what is of both tells of both.
        if (scope === 'own' && side === 'own')
          expect([name, reply.text.includes(MARKS.foreign)]).toEqual([name, false])
      }
      expect(seen).toEqual(wanted)
      const stranger = await ask(route, 'own', null)
      const open = route.permission === 'anyone'
      expect(open ? stranger.json?.code !== 'tokenInvalid' : [stranger.status, stranger.json.code]).toEqual(
        open ? true : [401, 'tokenInvalid'],
      )
    },
    120_000,
  )

  test('a thing that is not there is told as one that is another’s', async () => {
    const token = tokens.own.admin ?? ''
    for (const route of routes.filter((one) => isNamed(one) && one.method === 'get')) {
      const there = await ask(route, 'foreign', token)
      const isName = NAMING[route.reach] ?? 'id'
      const where = route.path.replace(`:${isName}`, route.reach in NAMING ? 'nothing' : NOBODY)
      const absent = await office.ask('GET', where, { token })
      const plain = ({ json }: Reply) => ({ ...json, requestId: '', instance: '' })
      expect([route.path, plain(absent)]).toEqual([route.path, plain(there)])
    }
  })

  test('the whole chain sees both sides', async () => {
    for (const where of ['/stores', '/devices', '/rollouts', '/updates']) {
      const { text } = await office.ask('GET', where, { token: tokens.chain.viewer ?? '' })
      expect([where, text.includes(MARKS.own), text.includes(MARKS.foreign)]).toEqual([where, true, true])
    }
    for (const where of ['/stores', '/devices', '/rollouts', '/updates']) {
      const { text } = await office.ask('GET', where, { token: tokens.own.viewer ?? '' })
      expect([where, text.includes(MARKS.own), text.includes(MARKS.foreign)]).toEqual([where, true, false])
    }
  })
})

describe('planning by a part of the chain', () => {
  const plan = (selection: object, more: object = {}) =>
    office.ask('POST', '/rollouts/dry-run', {
      token: tokens.own.operator ?? '',
      json: { packageId: packageId, ...more, selection },
    })
  let packageId: string
  beforeAll(async () => {
    packageId = (await office.ask('GET', '/packages')).json.items[0].id
    // So that there are devices to plan for.
    for (const side of ['own', 'foreign'] as const)
      await office.ask('POST', `/rollouts/${world.rollout?.[side]}/stop`, { json: {} })
  })

  test.each([
    ['everybody', {}],
    ['a kind', { kinds: ['till'] }],
  ])('%s is narrowed to their groups, and the answer says so', async (_label, selection) => {
    const reply = await plan(selection)
    expect([reply.status, reply.json.narrowedTo]).toEqual([200, ownGroups])
    expect(reply.text).not.toContain(MARKS.foreign)
    expect(JSON.stringify(reply.json)).toContain(MARKS.own)
  })

  test.each([
    ['a store', { stores: [`${MARKS.own}-store`, `${MARKS.foreign}-store`] }, 'selection.stores.1'],
    ['a device', { cashIds: [`${MARKS.foreign}-till`] }, 'selection.cashIds.0'],
    ['a group', { groups: ['foreign-group'] }, 'selection.groups.0'],
  ])('%s of others that is named is refused', async (_label, selection, where) => {
    const reply = await plan(selection)
    expect([reply.status, reply.json.code, reply.json.path]).toEqual([403, 'outOfScope', where])
    expect(reply.json.errors).toHaveLength(1)
  })

  test('a draft is kept narrowed, and revised within the same bounds', async () => {
    const token = tokens.own.operator ?? ''
    const json = { name: 'part', packageId, selection: { kinds: ['till'] } }
    const made = await office.ask('POST', '/rollouts', { token, json })
    expect([made.status, made.json.narrowedTo]).toEqual([201, ownGroups])
    const { rows } = await office.db.pool.query('SELECT selection FROM rollout WHERE id = $1', [made.json.id])
    expect(rows[0].selection).toEqual({ kinds: ['till'], groups: ownGroups })
    const revise = (selection: object) =>
      office.ask('POST', `/rollouts/${made.json.id}/revise`, {
        ...{ token, json: { selection }, headers: { 'If-Match': '*' } },
      })
    expect((await revise({ stores: [`${MARKS.foreign}-store`] })).json.code).toBe('outOfScope')
    const wider = await revise({})
    expect([wider.status, wider.json.narrowedTo]).toEqual([200, ownGroups])
  })

  test('newcomers only where the selection can let in nobody else', async () => {
    const json = { name: 'labelled', packageId, selection: { labels: [`${MARKS.own}-label`] } }
    const made = await office.ask('POST', '/rollouts', { json })
    expect((await office.ask('POST', `/rollouts/${made.json.id}/start`, { json: {} })).status).toBe(200)
    const revise = (token: string) =>
      office.ask('POST', `/rollouts/${made.json.id}/revise`, {
        token,
        json: {},
        headers: { 'If-Match': '*' },
      })
    expect((await revise(tokens.own.operator ?? '')).json.code).toBe('outOfScope')
    expect((await revise(tokens.chain.operator ?? '')).json.code).toBe('noNewcomers')
  })
})

describe('what a token is narrowed by', () => {
  const code = async (method: string, where: string, token: string) =>
    (await office.ask(method, where, { token, ...(method === 'GET' ? {} : { json: { '§': true } }) })).json
      .code
  const change = (name: string, set: string) =>
    office.db.pool.query(`UPDATE api_token SET ${set} WHERE name = $1`, [name])

  test('its scopes', async () => {
    const token = await createToken(office.db, 'reader', { role: 'admin', scopes: ['fleet.read'] })
    for (const route of routes.filter((one) => Object.hasOwn(permissions, one.permission))) {
      const reply = await ask(route, 'own', token)
      const seen = reply.json?.code === 'permissionMissing' ? 'out' : 'in'
      expect([title(route), seen]).toEqual([title(route), route.permission === 'fleet.read' ? 'in' : 'out'])
    }
  })

  test('its expiry and its revocation', async () => {
    const token = await createToken(office.db, 'short', { expiresAt: new Date(Date.now() + 3_600_000) })
    expect(await code('GET', '/me', token)).toBeUndefined()
    await change('short', "expires_at = now() - interval '1 second'")
    expect(await code('GET', '/me', token)).toBe('tokenInvalid')
    await change('short', 'expires_at = NULL, revoked_at = now()')
    expect(await code('GET', '/me', token)).toBe('tokenInvalid')
  })

  test('its owner: the lesser role, the groups of both, and nothing of one who is disabled', async () => {
    const owner = await addPerson(office, 'owner', 'operator', ['own-group', 'third-group'])
    const token = await createToken(office.db, 'theirs', {
      ...{ userId: owner.id, role: 'admin', storeGroups: ['own-group', 'foreign-group'] },
    })
    const me = async () => (await office.ask('GET', '/me', { token })).json
    expect(await me()).toMatchObject({ actor: 'owner', role: 'operator', storeGroups: ['own-group'] })
    expect((await me()).permissions).not.toContain('users.manage')
    const store = async (side: 'own' | 'foreign') =>
      (await office.ask('GET', `/stores/${world.store?.[side]}`, { token })).status
    expect([await store('own'), await store('foreign')]).toEqual([200, 404])
    // Nothing in common is nothing at all, and never the whole chain.
    await change('theirs', "store_groups = '{foreign-group}'")
    expect((await me()).storeGroups).toEqual([])
    expect([await store('own'), await store('foreign')]).toEqual([404, 404])
    expect((await office.ask('GET', '/stores', { token })).json.items).toEqual([])
    expect((await office.ask('GET', '/devices', { token })).json.items).toEqual([])
    await office.db.pool.query('UPDATE app_user SET disabled_at = now() WHERE id = $1', [owner.id])
    expect(await code('GET', '/me', token)).toBe('tokenInvalid')
  })
})
