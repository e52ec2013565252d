/** When two values of an inventory are the same, and how they are written so that it shows. */

/** The order of keys, and what is null or an empty list of exceptions, make no difference. */
export const canonical = (_key: string, value: unknown): unknown => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const entries = Object.entries(value).filter(
    ([key, one]) => one !== null && !(key === 'exceptions' && Array.isArray(one) && one.length === 0),
  )
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)))
}
export const isSame = (a: unknown, b: unknown): boolean =>
  a === b || (typeof a === 'object' && JSON.stringify(a, canonical) === JSON.stringify(b, canonical))
