/** The fleet of a head office elsewhere: the same preview, the same question, by its API. */
import { z } from 'zod'
import { loadClientConfig } from '../config.ts'
import type { FleetDiff } from '../fleet/diff.ts'
import type { FileStore } from '../fleet/file.ts'
import { CommandFailed } from './errors.ts'
import { changes, mayApply, previewText } from './fleet-preview.ts'
import { type Client, createClient } from './remote/client.ts'
import { clientConfig } from './remote/context.ts'

export interface Elsewhere {
  readonly server?: string
  readonly tokenFile?: string
}

/** Undefined: nobody named another head office, so it is this machine's. */
export function clientOf(options: Elsewhere): Promise<Client> | undefined {
  if (options.server === undefined && !loadClientConfig().isServerSaid) return undefined
  return clientConfig(options).then(createClient)
}

/** What the file said, and nothing of what was put in its place: the head office there keeps what it has. */
function asSaid({ devices, ...store }: FileStore): object {
  const said = ({ keeps = [], ...one }: { readonly keeps?: readonly string[] }) =>
    Object.fromEntries(Object.entries(one).filter(([key]) => !keeps.includes(key)))
  return { ...said(store), devices: devices.map(said) }
}

const shownThere = z.looseObject({ previewId: z.string(), hash: z.string(), canApply: z.boolean() })

export async function previewAndApplyThere(
  client: Client,
  stores: readonly FileStore[],
  options: {
    readonly replace?: boolean
    readonly json?: boolean
    readonly preview?: boolean
    readonly yes?: boolean
  },
): Promise<void> {
  const mode = options.replace === true ? 'replace' : 'merge'
  const headers = { 'content-type': 'application/json' }
  const body = JSON.stringify({ stores: stores.map(asSaid) })
  const shown = await client.send('POST', `/fleet/preview?mode=${mode}`, shownThere, { body, headers })
  const diff = shown as unknown as FleetDiff
  console.log(options.json === true ? JSON.stringify(shown) : previewText(diff))
  if (options.preview === true || changes(diff) === 0) return
  if (!shown.canApply) throw new CommandFailed('nothing was changed: see what is refused')
  if (!(await mayApply(diff, options))) throw new CommandFailed('nothing was changed')
  const asked = { body: { previewId: shown.previewId, hash: shown.hash } }
  await client.send('POST', '/fleet/apply', z.looseObject({}), asked)
  if (options.json !== true) console.log('applied')
}

export const exportThere = (client: Client, format: string): Promise<string> =>
  client.text(`/fleet?format=${format}`, format === 'csv' ? 'text/csv' : 'application/json')
