/** Whom a command is for: the same words as the API's selection. */
import type { Command } from 'commander'
import { collect, given } from './values.ts'

export interface SelectionOptions {
  readonly store?: readonly string[]
  readonly group?: readonly string[]
  readonly label?: readonly string[]
  readonly kind?: readonly string[]
  readonly running?: readonly string[]
  readonly cashId?: readonly string[]
  readonly remaining?: boolean
}

/** Each may be said several times, or hold several names with commas between. */
export const selectionOptions = (command: Command): Command =>
  command
    .option('--store <codes>', 'stores', collect)
    .option('--group <names>', 'groups of stores', collect)
    .option('--label <names>', 'labels of stores or devices', collect)
    .option('--kind <kinds>', 'till, selfCheckout, storeServer', collect)
    .option('--running <versions>', 'who runs these full versions now', collect)
    .option('--cash-id <ids>', 'single devices', collect)

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
  return given(all)
}

export const saysWhom = (options: SelectionOptions): boolean => Object.keys(selectionOf(options)).length > 0
