/** What was shown, held against what would be changed now. */
import { createHash } from 'node:crypto'
import type { FleetDiff } from './diff.ts'
import { canonical } from './same.ts'

/** SHA-256 over all of it. */
export const hashOf = (diff: FleetDiff): string =>
  createHash('sha256').update(JSON.stringify(diff)).digest('hex')

const lineKeys = (diff: FleetDiff): Map<string, string> =>
  new Map([
    ...(['added', 'changed', 'removed'] as const).flatMap((kind) => [
      ...diff.stores[kind].map((line) => [line.code, `${kind} ${JSON.stringify(line, canonical)}`] as const),
      ...diff.devices[kind].map(
        (line) => [`${line.cashId} `, `${kind} ${JSON.stringify(line, canonical)}`] as const,
      ),
    ]),
    ...diff.refusals.map((one) => [`${one.cashId}  `, JSON.stringify(one, canonical)] as const),
  ])

/** Store codes and cash ids with which it is not as it was shown. */
export function differences(shown: FleetDiff, now: FleetDiff): string[] {
  const [before, after] = [lineKeys(shown), lineKeys(now)]
  const names = [...new Set([...before.keys(), ...after.keys()])]
  return [...new Set(names.filter((name) => before.get(name) !== after.get(name)).map((name) => name.trim()))]
}
