/**
 * What of a device's status is worth a history: one table of paths, which the pure comparison here and the statement in
 * db/status.ts are both made from. Clocks, sums, receipts and queues change all day and are not in it.
 */

export const statusPaths = {
  version: [['version'], ['previousVersion']],
  health: [['health']],
  shift: [
    ['shift', 'open'],
    ['shift', 'number'],
    ['shift', 'openedAt'],
  ],
  blocked: [['blocked']],
  autoUpdate: [['autoUpdate']],
  fiscal: [
    ['fiscal', 'deviceNumber'],
    ['fiscal', 'fnNumber'],
    ['fiscal', 'flags'],
    ['fiscal', 'validUntil'],
    ['fiscal', 'ffd'],
  ],
} as const satisfies Record<string, readonly (readonly string[])[]>

type SaidPart = keyof typeof statusPaths
/** `reach`: whether it answered, and why not. */
export const statusParts = [
  'version',
  'health',
  'shift',
  'blocked',
  'autoUpdate',
  'fiscal',
  'reach',
] as const satisfies readonly (SaidPart | 'reach')[]
export type StatusPart = (typeof statusParts)[number]

/** A reading as far as it matters here; null: it was never asked, or never answered. */
export interface Remembered {
  /** Why it gave no answer; null: it did. */
  readonly reason: string | null
  readonly status: object | null
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Null where it says null, and where it says nothing. */
const valueAt = (status: object | null, path: readonly string[]): unknown =>
  path.reduce<unknown>((at, name) => (isObject(at) && Object.hasOwn(at, name) ? at[name] : null), status) ??
  null

const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

/** Which parts are other than before. A device that gave no answer changed nothing but its reach. */
export function changedParts(before: Remembered | null, after: Remembered): StatusPart[] {
  const said = (Object.keys(statusPaths) as SaidPart[]).filter(
    (part) =>
      after.status !== null &&
      statusPaths[part].some(
        (path) => !isSame(valueAt(before?.status ?? null, path), valueAt(after.status, path)),
      ),
  )
  const isReach = before === null || before.reason !== after.reason
  return isReach ? [...said, 'reach'] : said
}

/** The parts alone, as the history keeps them. */
export function rememberedStatus(status: object): Record<string, unknown> {
  const kept: Record<string, unknown> = {}
  for (const path of Object.values(statusPaths).flat()) {
    const [first, second] = path as readonly [string, string?]
    const value = valueAt(status, path)
    if (second === undefined) kept[first] = value
    else kept[first] = { ...(kept[first] as object | undefined), [second]: value }
  }
  return kept
}
