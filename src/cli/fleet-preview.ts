/** What an import would change, for a person at a terminal, and whether they want it. */
import { createInterface } from 'node:readline/promises'
import type { DeviceLine, FieldChange, FleetDiff, Lines, StoreLine } from '../fleet/diff.ts'
import { CommandFailed } from './errors.ts'

const SHOWN = 20
const VALUE = 60

const brief = (value: unknown): string => {
  const text = value === null ? '–' : typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > VALUE ? `${text.slice(0, VALUE)}…` : text
}

const changesText = (changes: readonly FieldChange[] | undefined): string =>
  changes === undefined
    ? ''
    : `: ${changes.map(({ field, before, after }) => `${field} ${brief(before)} → ${brief(after)}`).join(', ')}`

/** The first lines of a list, and how many more there are. */
function first<T>(sign: string, list: readonly T[], line: (one: T) => string): string[] {
  const more = list.length > SHOWN ? [`  … and ${list.length - SHOWN} more`] : []
  return [...list.slice(0, SHOWN).map((one) => `  ${sign} ${line(one)}`), ...more]
}

function part<T extends StoreLine | DeviceLine>(
  title: string,
  lines: Lines<T>,
  name: (one: T) => string,
): string[] {
  const { added, changed, removed, unchanged } = lines
  const counts = `${added.length} added, ${changed.length} changed, ${removed.length} removed, ${unchanged} unchanged`
  const text = (one: T) =>
    `${name(one)} ${one.name}${one.returns ? ' (comes again)' : ''}${changesText(one.changes)}`
  return [
    `${title}: ${counts}`,
    ...first('+', added, text),
    ...first('~', changed, text),
    ...first('-', removed, text),
  ]
}

export function previewText({ stores, devices, warnings, refusals }: FleetDiff): string {
  const lines = [
    ...part('stores', stores, (one) => one.code),
    ...part('devices', devices, (one) => `${one.store} ${one.cashId}`),
  ]
  if (warnings.length > 0)
    lines.push(
      `warnings: ${warnings.length}`,
      ...first('!', warnings, ({ code, at, value }) => `${code} ${at}${at === '' ? '' : ': '}${value}`),
    )
  if (refusals.length > 0)
    lines.push(
      `refused: ${refusals.length}`,
      ...first('x', refusals, ({ code, cashId, store, other, number }) =>
        code === 'numberTwice'
          ? `${code} ${store} ${cashId}: ${other} has ${number}`
          : `${code} ${store} ${cashId}`,
      ),
    )
  return lines.join('\n')
}

export const changes = ({ stores, devices }: FleetDiff): number =>
  [stores, devices].reduce(
    (sum, { added, changed, removed }) => sum + added.length + changed.length + removed.length,
    0,
  )

export async function mayApply(diff: FleetDiff, { yes }: { readonly yes?: boolean }): Promise<boolean> {
  if (yes === true) return true
  if (!process.stdin.isTTY)
    throw new CommandFailed('nothing was changed: say --yes to apply it without being asked')
  const ask = createInterface({ input: process.stdin, output: process.stderr })
  try {
    const answer = await ask.question(`Apply these ${changes(diff)} changes? [y/N] `)
    return /^(y|yes|д|да)$/i.test(answer.trim())
  } finally {
    ask.close()
  }
}
