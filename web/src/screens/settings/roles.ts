import { permissions, roles } from '../../../../src/api/permissions.ts'
import type { Me, Permission } from '../../api/types.ts'

export { roles }
export type Role = NonNullable<Me['role']>
export const isRole = (text: string | null): text is Role =>
  (roles as readonly (string | null)[]).includes(text)
const everyPermission = Object.keys(permissions) as Permission[]

const rankOf = (role: Role): number => roles.indexOf(role)
export const mayOf = (role: Role): Permission[] =>
  everyPermission.filter((one) => rankOf(permissions[one]) <= rankOf(role))
/** Those that are no more than one's own. */
export const rolesUpTo = (role: Role | null): Role[] =>
  role === null ? [] : roles.filter((one) => rankOf(one) <= rankOf(role))
