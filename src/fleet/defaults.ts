/** The file of defaults: what is said of stores and devices that do not say it themselves. JSON or YAML. */
import { parse } from 'yaml'
import { z } from 'zod'
import type { FleetDefaults } from './check.ts'
import { deviceFields, type Field, storeFields } from './fields.ts'

/** Values are checked with the stores and devices that they end up in; here only that there are such fields. */
const valuesOf = (fields: readonly Field[], but: string) =>
  z.strictObject(
    Object.fromEntries(
      fields.filter(({ key }) => key !== but).map(({ key }) => [key, z.unknown().optional()]),
    ),
  )
const store = valuesOf(storeFields, 'code')

const defaultsSchema = z.strictObject({
  store: store.optional(),
  device: valuesOf(deviceFields, 'cashId').optional(),
  stores: z.record(z.string().max(64), store).optional(),
})

export type ReadDefaults =
  | { readonly ok: true; readonly defaults: FleetDefaults }
  | { readonly ok: false; readonly why: string }

export function readDefaults(text: string): ReadDefaults {
  try {
    const read = defaultsSchema.safeParse(parse(text, { maxAliasCount: 100 }) ?? {})
    if (read.success) return { ok: true, defaults: read.data as FleetDefaults }
    const [issue] = read.error.issues
    return { ok: false, why: `${issue?.path.join('.')}: ${issue?.message}` }
  } catch (error) {
    return { ok: false, why: error instanceof Error ? error.message : String(error) }
  }
}
