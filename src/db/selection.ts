import type { Executor } from './database.ts'

export interface Unknown {
  readonly kind: 'store' | 'device'
  readonly name: string
  /** Where it stood in what was asked, from 0. */
  readonly place: number
}

/** Which of these store codes and cash ids do not exist, in their order. */
export async function findUnknown(
  on: Executor,
  asked: { readonly stores: readonly string[]; readonly cashIds: readonly string[] },
): Promise<Unknown[]> {
  const { rows } = await on.query<Unknown>(
    `SELECT kind, name, (place - 1)::int AS place FROM (
       SELECT 'store' AS kind, name, place FROM unnest($1::text[]) WITH ORDINALITY AS a(name, place)
         WHERE NOT EXISTS (SELECT 1 FROM store s WHERE s.code = a.name)
       UNION ALL SELECT 'device', name, place FROM unnest($2::text[]) WITH ORDINALITY AS a(name, place)
         WHERE NOT EXISTS (SELECT 1 FROM device d WHERE d.cash_id = a.name)
     ) AS unknown ORDER BY kind DESC, place`,
    [asked.stores, asked.cashIds],
  )
  return rows
}
