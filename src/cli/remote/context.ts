/** What every remote command gets: the head office, somewhere to speak, and how to ask before something large. */
import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { type ClientConfig, loadClientConfig } from '../../config.ts'
import { CommandFailed, UsageFailed } from '../errors.ts'
import { type Client, createClient } from './client.ts'
import { createOutput, type Output } from './output.ts'

export interface Remote {
  readonly client: Client
  readonly out: Output
}

interface GlobalOptions {
  readonly server?: string
  readonly tokenFile?: string
  readonly json?: boolean
}

/** The options of every command that speaks to a head office. */
export const remoteOptions = (command: Command): Command =>
  command
    .option('--server <url>', 'the head office (NIGHTSHIFT_SERVER; http://127.0.0.1:7300)')
    .option('--token-file <file>', 'holds the token (NIGHTSHIFT_TOKEN, NIGHTSHIFT_TOKEN_FILE)')
    .option('--json', 'print one JSON document')

/** @throws CommandFailed without a token, UsageFailed where the address is none */
export async function clientConfig({
  server,
  tokenFile,
}: Pick<GlobalOptions, 'server' | 'tokenFile'>): Promise<ClientConfig> {
  const given = loadClientConfig()
  const file = tokenFile ?? given.tokenFile
  const token =
    file === undefined
      ? given.token
      : (
          await readFile(file, 'utf8').catch((error: Error) =>
            Promise.reject(new CommandFailed(error.message)),
          )
        ).trim()
  const address = server ?? given.server
  if (!URL.canParse(address) || !/^https?:$/.test(new URL(address).protocol))
    throw new UsageFailed(`not an address: ${address}`)
  if (token === undefined || token === '')
    throw new CommandFailed(
      'there is no token: set NIGHTSHIFT_TOKEN or NIGHTSHIFT_TOKEN_FILE, or say --token-file FILE; `nightshift token local NAME` on its machine makes one',
    )
  return { server: address, isServerSaid: true, token, tokenFile: undefined }
}

/** Runs a command's work with what its own and its parents' options ask for. */
export const remote =
  <A extends unknown[], O = object>(work: (remote: Remote, args: A, options: O) => Promise<void>) =>
  async (...given: unknown[]): Promise<void> => {
    const command = given.at(-1) as Command
    const options = command.optsWithGlobals<GlobalOptions & O>()
    const out = createOutput(options.json === true, {
      out: process.stdout,
      err: process.stderr,
      in: process.stdin,
    })
    const client = createClient(await clientConfig(options))
    await work({ client, out }, given.slice(0, -2) as A, options)
  }

/** @throws CommandFailed when nobody is there to ask, or who is there says no */
export async function confirm(out: Output, question: string, yes: boolean | undefined): Promise<void> {
  if (yes === true) return
  if (!out.isTerminal) throw new CommandFailed(`${question} Nobody is there to ask: say --yes.`)
  const answer = (await out.ask(`${question} [y/N] `)).trim().toLowerCase()
  if (!['y', 'yes', 'д', 'да'].includes(answer)) throw new CommandFailed('nothing was done')
}
