/** Whom a command is for: the same words as the API's selection. */
import type { Command } from 'commander'

export interface SelectionOptions {
  readonly store?: readonly string[]
  readonly group?: readonly string[]
  readonly label?: readonly string[]
  readonly kind?: readonly string[]
  readonly running?: readonly string[]
  readonly cashId?: readonly string[]
  readonly remaining?: boolean
}

const list = (value: string, former: readonly string[] = []): string[] => [
  ...former,
  ...value.split(',').map((one) => one.trim()),
]

/** Each may be said several times, or hold several names with commas between. */
export const selectionOptions = (command: Command): Command =>
  command
    .option('--store <codes>', 'stores', list)
    .option('--group <names>', 'groups of stores', list)
    .option('--label <names>', 'labels of stores or devices', list)
    .option('--kind <kinds>', 'till, selfCheckout, storeServer', list)
    .option('--running <versions>', 'who runs these full versions now', list)
    .option('--cash-id <ids>', 'single devices', list)

/** Members that were not said are not there. */
export function selectionOf(options: SelectionOptions): Record<string, unknown> {
  const { store, group, label, kind, running, cashId, remaining } = options
  const all = {
    stores: store,
    groups: group,
    labels: label,
    kinds: kind,
    versions: running,
    cashIds: cashId,
    remaining,
  }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
}

export const saysWhom = (options: SelectionOptions): boolean => Object.keys(selectionOf(options)).length > 0
