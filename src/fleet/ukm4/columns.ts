/**
 * How the tables of a UKM 4 head office are called, and their columns. Nobody has published them: these are guesses by the
 * words that its manual and its operators' scripts use. They are checked before anything is read, and a site that calls
 * them otherwise says so in a mapping file.
 */
import { z } from 'zod'
import { Ukm4Failed } from './till.ts'

const name = z.string().regex(/^[A-Za-z0-9_$]{1,64}$/, 'letters, digits, _ and $')
/** null: this site has none. */
const optional = (guess: string) => name.nullable().default(guess)

export const mappingSchema = z.strictObject({
  stores: z
    .strictObject({
      table: name.default('trm_in_store'),
      id: name.default('store_id'),
      name: name.default('name'),
      /** What people call it, `M1`; without it the id is the code. */
      code: optional('code'),
    })
    .prefault({}),
  tills: z
    .strictObject({
      table: name.default('trm_in_pos'),
      cashId: name.default('cash_id'),
      store: name.default('store_id'),
      name: name.default('name'),
      number: optional('number'),
      address: optional('ip'),
      state: optional('state'),
      version: optional('version'),
      shift: optional('shift'),
      sum: optional('sum'),
      cashier: optional('cashier'),
      autoUpdate: optional('auto_update'),
      download: optional('download'),
      readAt: optional('last_update'),
    })
    .prefault({}),
  servers: z
    .strictObject({
      table: name.default('local_servers'),
      store: name.default('store_id'),
      address: name.default('address'),
    })
    .prefault({}),
})
export type Ukm4Mapping = z.output<typeof mappingSchema>

/** What cannot be left out of a table. */
const required: { readonly [T in keyof Ukm4Mapping]: readonly string[] } = {
  stores: ['id', 'name'],
  tills: ['cashId', 'store', 'name'],
  servers: ['store', 'address'],
}

/** @throws Ukm4Failed mappingInvalid */
export function readMapping(value: unknown): Ukm4Mapping {
  const read = mappingSchema.safeParse(value)
  if (read.success) return read.data
  const [issue] = read.error.issues
  throw new Ukm4Failed(
    'mappingInvalid',
    `the mapping of columns: ${issue?.path.join('.')}: ${issue?.message}`,
  )
}

export interface TableMapping {
  readonly table: string
  /** Ours → theirs, for those that are there. */
  readonly columns: Readonly<Record<string, string>>
  /** Guesses that are not there, and need not be. */
  readonly absent: readonly string[]
}

/**
 * Holds a mapping against the columns that there are.
 * @throws Ukm4Failed columnMissing, with the setting that names it
 */
export function fitTable(
  part: keyof Ukm4Mapping,
  mapping: Ukm4Mapping,
  present: readonly string[],
): TableMapping {
  const { table, ...names } = mapping[part] as { readonly table: string } & Record<string, string | null>
  const known = new Map(present.map((one) => [one.toLowerCase(), one]))
  const columns: Record<string, string> = {}
  const absent: string[] = []
  for (const [ours, theirs] of Object.entries(names)) {
    const found = theirs === null ? undefined : known.get(theirs.toLowerCase())
    if (found !== undefined) columns[ours] = found
    else if (required[part].includes(ours))
      throw new Ukm4Failed(
        'columnMissing',
        `${table} has no column ${theirs}: set ${part}.${ours} in the mapping of columns to one of ${present.join(', ').slice(0, 500)}`,
      )
    else if (theirs !== null) absent.push(`${table}.${theirs}`)
  }
  return { table, columns, absent }
}
