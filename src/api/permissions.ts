/** What may be done at the API, and from which role on. A role may do all that those before it may. */

export const roles = ['viewer', 'operator', 'approver', 'admin'] as const
export type Role = (typeof roles)[number]

export const permissions = {
  'fleet.read': 'viewer',
  'packages.read': 'viewer',
  'rollouts.read': 'viewer',
  'commands.read': 'viewer',
  'reports.read': 'viewer',
  'events.read': 'viewer',
  /** The queue board, without its buttons. */
  'queues.read': 'viewer',
  'commands.send': 'operator',
  /** Names, numbers, labels, blocking, hours. */
  'fleet.edit': 'operator',
  'freezes.write': 'operator',
  'packages.write': 'operator',
  /** Plans, dry runs, drafts and their submission. */
  'rollouts.plan': 'operator',
  /** Start of what needs no second person, pause, resume, stop, skip, retry, release; retry on the queue board. */
  'rollouts.control': 'operator',
  'reports.make': 'operator',
  'rollouts.approve': 'approver',
  'fleet.import': 'admin',
  /** Host keys and devices' keys. */
  'hosts.enrol': 'admin',
  'users.manage': 'admin',
} as const satisfies Record<string, Role>
export type Permission = keyof typeof permissions

export const isRole = (text: string): text is Role => (roles as readonly string[]).includes(text)
export const isPermission = (text: string): text is Permission => Object.hasOwn(permissions, text)

const rank = (role: Role): number => roles.indexOf(role)

/** The lesser of two roles. */
export const lesserRole = (a: Role, b: Role): Role => (rank(a) <= rank(b) ? a : b)

/** Everything that a role may; narrowed to `scopes` where there are any. */
export function permissionsOf(role: Role, scopes: readonly string[] = []): ReadonlySet<Permission> {
  const all = (Object.keys(permissions) as Permission[]).filter((one) => rank(permissions[one]) <= rank(role))
  return new Set(scopes.length === 0 ? all : all.filter((one) => scopes.includes(one)))
}
