/** Pieces of SQL whose values are parameters. */

/** Takes a value and gives its place in the statement: `$3`. */
export type PushValue = (value: unknown) => string

/** A condition of ours; what came from outside goes through `push` only. */
export type SqlCondition = (push: PushValue) => string

/** Collects the values of one statement. @param first those that are $1, $2 … already */
export function newValues(first: readonly unknown[] = []): { values: unknown[]; push: PushValue } {
  const values = [...first]
  return { values, push: (value) => `$${values.push(value)}` }
}
