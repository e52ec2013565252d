import type { Executor } from './database.ts'

export type NameKind = 'store' | 'device' | 'group' | 'label'
/** Store codes, cash ids, groups of stores, labels of stores or devices. */
export type Names = Readonly<Record<NameKind, readonly string[]>>

const OWN = '($5::text[] IS NULL OR s.group_name = ANY($5))'

const UNKNOWN = `
SELECT kind, name FROM (
  SELECT DISTINCT 'store' AS kind, name FROM unnest($1::text[]) AS a(name)
    WHERE NOT EXISTS (SELECT 1 FROM store s WHERE s.code = a.name AND s.removed_at IS NULL AND ${OWN})
  UNION ALL SELECT DISTINCT 'device', name FROM unnest($2::text[]) AS a(name)
    WHERE NOT EXISTS (SELECT 1 FROM device d JOIN store s ON s.id = d.store_id
      WHERE d.cash_id = a.name AND d.removed_at IS NULL AND ${OWN})
  UNION ALL SELECT DISTINCT 'group', name FROM unnest($3::text[]) AS a(name)
    WHERE NOT EXISTS (SELECT 1 FROM store s WHERE s.group_name = a.name AND s.removed_at IS NULL AND ${OWN})
  UNION ALL SELECT DISTINCT 'label', name FROM unnest($4::text[]) AS a(name)
    WHERE NOT EXISTS (SELECT 1 FROM store s WHERE a.name = ANY(s.labels) AND s.removed_at IS NULL AND ${OWN})
      AND NOT EXISTS (SELECT 1 FROM device d JOIN store s ON s.id = d.store_id
        WHERE a.name = ANY(d.labels) AND d.removed_at IS NULL AND ${OWN})
) AS unknown`

/**
 * Which of these names nothing has; nothing of these groups, so that what others have cannot be told from what nobody has.
 * @param groups null: the whole chain
 */
export async function findUnknown(
  on: Executor,
  names: Names,
  groups: readonly string[] | null,
): Promise<Record<NameKind, Set<string>>> {
  const unknown = {
    store: new Set<string>(),
    device: new Set<string>(),
    group: new Set<string>(),
    label: new Set<string>(),
  }
  const asked = [names.store, names.device, names.group, names.label]
  if (asked.every((list) => list.length === 0)) return unknown
  const { rows } = await on.query<{ kind: NameKind; name: string }>(UNKNOWN, [...asked, groups])
  for (const { kind, name } of rows) unknown[kind].add(name)
  return unknown
}
