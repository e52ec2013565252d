import type { Executor } from './database.ts'

/** Which of these store codes and cash ids do not exist, in their order. */
export async function findUnknown(
  on: Executor,
  asked: { readonly stores: readonly string[]; readonly cashIds: readonly string[] },
): Promise<{ stores: string[]; cashIds: string[] }> {
  const { rows } = await on.query<{ kind: 'store' | 'device'; name: string }>(
    `SELECT 'store' AS kind, name FROM unnest($1::text[]) WITH ORDINALITY AS a(name, place)
       WHERE NOT EXISTS (SELECT 1 FROM store s WHERE s.code = a.name)
     UNION ALL SELECT 'device', name FROM unnest($2::text[]) WITH ORDINALITY AS a(name, place)
       WHERE NOT EXISTS (SELECT 1 FROM device d WHERE d.cash_id = a.name)`,
    [asked.stores, asked.cashIds],
  )
  const named = (kind: string) => rows.filter((row) => row.kind === kind).map((row) => row.name)
  return { stores: named('store'), cashIds: named('device') }
}
