/** Options of commands that print a list, and of the API's address that they make. */
import type { Command } from 'commander'
import { remoteOptions } from './context.ts'

export interface ListOptions {
  readonly filter?: string
  readonly sort?: string
  readonly limit: string
}

export const listPath = (path: string, { filter, sort, limit }: ListOptions): string => {
  const query = new URLSearchParams({ limit })
  if (filter !== undefined) query.set('filter', filter)
  if (sort !== undefined) query.set('sort', sort)
  return `${path}?${query}`
}

export const listOptions = (command: Command): Command =>
  remoteOptions(command)
    .option('--filter <filter>', 'as in docs/api.md: "kind:till version:<00096000 group:north"')
    .option('--sort <fields>', 'with commas; - before one turns it round')
    .option('--limit <n>', 'at most', '200')
