/** `nightshift token …` and `nightshift user …`. */
import type { Command } from 'commander'
import { z } from 'zod'
import { CommandFailed } from '../errors.ts'
import { type Remote, remote, remoteOptions } from '../remote/context.ts'
import { table } from '../remote/output.ts'
import { commas, given } from '../remote/values.ts'

const token = z.looseObject({
  id: z.string(),
  name: z.string(),
  user: z.string().nullable(),
  role: z.string(),
  scopes: z.array(z.string()),
  storeGroups: z.array(z.string()),
  expiresAt: z.string().nullable(),
  lastUsedAt: z.string().nullable(),
  revokedAt: z.string().nullable(),
})
const user = z.looseObject({
  id: z.string(),
  login: z.string(),
  name: z.string(),
  role: z.string(),
  storeGroups: z.array(z.string()),
  lastSignInAt: z.string().nullable(),
  disabledAt: z.string().nullable(),
})

interface Rights {
  readonly role?: string
  readonly group?: string
  readonly scope?: string
  readonly user?: string
  readonly expiresIn?: string
  readonly name?: string
}

const DAY_MS = 86_400_000

function expiry(days: string | undefined): { expiresAt?: string } {
  if (days === undefined) return {}
  const count = Number(days.replace(/d$/, ''))
  if (!Number.isInteger(count) || count < 1 || count > 3660)
    throw new CommandFailed('--expires-in is days: 90d')
  return { expiresAt: new Date(Date.now() + count * DAY_MS).toISOString() }
}

const createToken = remote<[string], Rights>(async ({ client, out }, [name], options) => {
  const { role, group, scope, user: login, expiresIn } = options
  const rights = given({ role, storeGroups: commas(group), scopes: commas(scope), user: login })
  const body = { name, ...rights, ...expiry(expiresIn) }
  out.result(await client.send('POST', '/tokens', token.extend({ token: z.string() }), { body }), (made) => [
    made.token,
  ])
})

const tokens = z.looseObject({ items: z.array(token) })

const listTokens = remote<[]>(async ({ client, out }) => {
  out.result(await client.get('/tokens', tokens), ({ items }) =>
    table(
      ['name', 'of', 'role', 'scopes', 'groups', 'last used', 'ends'],
      items.map((one) => [
        one.name,
        one.user ?? 'nobody',
        one.role,
        one.scopes.join(',') || 'all of its role',
        one.storeGroups.join(',') || 'all',
        one.lastUsedAt?.slice(0, 16),
        one.revokedAt === null ? (one.expiresAt?.slice(0, 10) ?? 'never') : 'revoked',
      ]),
    ),
  )
})

const revokeToken = remote<[string]>(async ({ client, out }, [name]) => {
  const { items } = await client.get('/tokens', tokens)
  const found = items.find((one) => one.name === name || one.id === name)
  if (found === undefined) throw new CommandFailed(`there is no token ${name}`)
  await client.send('DELETE', `/tokens/${found.id}`, z.unknown())
  out.result({ revoked: found.name }, () => [`${found.name} is revoked`])
})

const users = z.looseObject({ items: z.array(user) })

async function findUser({ client }: Remote, login: string) {
  const { items } = await client.get('/users', users)
  const found = items.find((one) => one.login === login)
  if (found === undefined) throw new CommandFailed(`there is no user ${login}`)
  return found
}

const link = z.looseObject({ url: z.string(), expiresAt: z.string() })
const linkLines = ({ url, expiresAt }: z.infer<typeof link>) => [url, `good once, until ${expiresAt}`]

const addUser = remote<[string], Rights>(async ({ client, out }, [login], { role, group, name }) => {
  const body = { login, name: name ?? login, ...given({ role, storeGroups: commas(group) }) }
  const made = await client.send('POST', '/users', user, { body })
  out.result(await client.send('POST', `/users/${made.id}/link`, link, { body: {} }), linkLines)
})

const listUsers = remote<[]>(async ({ client, out }) => {
  out.result(await client.get('/users', users), ({ items }) =>
    table(
      ['login', 'name', 'role', 'groups', 'last here', 'disabled'],
      items.map((one) => [
        one.login,
        one.name,
        one.role,
        one.storeGroups.join(',') || 'all',
        one.lastSignInAt?.slice(0, 16),
        one.disabledAt?.slice(0, 16),
      ]),
    ),
  )
})

const linkUser = remote<[string]>(async (context, [login]) => {
  const { id } = await findUser(context, login)
  context.out.result(await context.client.send('POST', `/users/${id}/link`, link, { body: {} }), linkLines)
})

const change = (changed: (options: Rights) => Record<string, unknown>) =>
  remote<[string], Rights>(async (context, [login], options) => {
    const { id } = await findUser(context, login)
    const { etag } = await context.client.tagged(`/users/${id}`, user)
    const asked = { body: changed(options), headers: { 'if-match': etag } }
    const done = await context.client.send('PATCH', `/users/${id}`, user, asked)
    context.out.result(done, (one) => [
      `${one.login}: ${one.role}${one.disabledAt === null ? '' : ', disabled'}`,
    ])
  })

const ROLES = 'viewer, operator, approver or admin'
const GROUPS = 'only stores of these groups; with commas'

export function addAccess(program: Command, addLocal: (token: Command, user: Command) => void): void {
  const forTokens = program.command('token').description('tokens for the API')
  remoteOptions(forTokens.command('create <name>').description('make one; it is printed once'))
    .option('--role <role>', ROLES)
    .option('--scope <permissions>', 'narrow it to these permissions; with commas (docs/access.md)')
    .option('--group <names>', GROUPS)
    .option('--user <login>', 'whose it is; yours when left out')
    .option('--expires-in <days>', 'as 90d')
    .action(createToken)
  remoteOptions(forTokens.command('list').description('tokens and when they were last used')).action(
    listTokens,
  )
  remoteOptions(forTokens.command('revoke <name>').description('end one, at once')).action(revokeToken)

  const forUsers = program.command('user').description('people who sign in')
  remoteOptions(forUsers.command('add <login>').description('add one; prints a link to choose a password by'))
    .requiredOption('--role <role>', ROLES)
    .option('--name <name>', 'their name')
    .option('--group <names>', GROUPS)
    .action(addUser)
  remoteOptions(forUsers.command('list').description('users')).action(listUsers)
  remoteOptions(
    forUsers.command('link <login>').description('a link that works once, to choose a password'),
  ).action(linkUser)
  remoteOptions(
    forUsers.command('change <login>').description('another role, name or groups; ends their sessions'),
  )
    .option('--role <role>', ROLES)
    .option('--name <name>', 'their name')
    .option('--group <names>', `${GROUPS}; '' is the whole chain`)
    .action(
      change(({ role, name, group }) =>
        given({ role, name, storeGroups: group === '' ? [] : commas(group) }),
      ),
    )
  remoteOptions(forUsers.command('disable <login>').description('end their access, at once')).action(
    change(() => ({ disabled: true })),
  )
  remoteOptions(forUsers.command('enable <login>').description('let them in again')).action(
    change(() => ({ disabled: false })),
  )
  addLocal(forTokens, forUsers)
}
