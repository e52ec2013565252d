/** JSON as the API kept it: read member by member. Pure. */

export type Members = Readonly<Record<string, unknown>>

export const isBranch = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
export const membersOf = (value: unknown): Members => (isBranch(value) ? value : {})
export const isNothing = (members: Members): boolean => Object.keys(members).length === 0

export const without = (members: Members, names: readonly string[]): Members =>
  Object.fromEntries(Object.entries(members).filter(([name]) => !names.includes(name)))
export const only = (members: Members, names: readonly string[]): Members =>
  Object.fromEntries(Object.entries(members).filter(([name]) => names.includes(name)))

export const textsOf = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : []
export const numberOr = (value: unknown, usual: number): number => (typeof value === 'number' ? value : usual)
