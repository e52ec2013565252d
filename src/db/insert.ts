import type { Executor } from './database.ts'

/** A JSON column's value; anything else goes as it is. */
export const asJson = (value: unknown): string => JSON.stringify(value)

/**
 * Inserts one row. False: there is one already, and nothing was written.
 * @param columns by their names in the database, which are our own code's and never a request's
 */
export async function insertRow(
  on: Executor,
  table: string,
  columns: Readonly<Record<string, unknown>>,
): Promise<boolean> {
  const given = Object.entries(columns).filter(([, value]) => value !== undefined)
  const names = given.map(([name]) => `"${name}"`).join(', ')
  const places = given.map((_, i) => `$${i + 1}`).join(', ')
  const { rowCount } = await on.query(
    `INSERT INTO "${table}" (${names}) VALUES (${places}) ON CONFLICT DO NOTHING`,
    given.map(([, value]) => value),
  )
  return rowCount === 1
}
