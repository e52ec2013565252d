/** What people type, as programs take it. */

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

export const isId = (text: string): boolean => UUID.test(text)

/** `a, b` → both; undefined stays. */
export const commas = (text: string | undefined): string[] | undefined =>
  text?.split(',').map((one) => one.trim())

/** Of an option that may be said several times, each with several names. */
export const collect = (value: string, former: readonly string[] = []): string[] => [
  ...former,
  ...(commas(value) ?? []),
]

/** Without the members that nobody gave. */
export const given = (members: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined))
