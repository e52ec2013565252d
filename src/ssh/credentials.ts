/** Private keys by name: from a folder, from what the service manager hands over, or behind an agent. */
import { type FileHandle, open } from 'node:fs/promises'
import path from 'node:path'
import ssh2, { type BaseAgent, type ParsedKey, type SignCallback, type SigningRequestOptions } from 'ssh2'
import { fingerprint } from '../hosts/host-key.ts'
import type { SshLog } from './types.ts'

/** What signs us in: a private key's file, or one key of an agent. */
export type SigningKey = Buffer | BaseAgent

export type CredentialWhy =
  | 'badName'
  | 'notFound'
  | 'unreadable'
  | 'readableByOthers'
  | 'encrypted'
  | 'notAPrivateKey'
  | 'agentUnreachable'
  | 'agentRefused'
  | 'ambiguous'

/** Says why a credential cannot be used. No path and no content: it ends up in rows and answers. */
export class CredentialProblem extends Error {
  readonly why: CredentialWhy

  constructor(why: CredentialWhy, cause?: unknown) {
    super(why, { cause })
    this.name = 'CredentialProblem'
    this.why = why
  }
}

export interface CredentialPlaces {
  readonly keysFolder: string
  /** `$CREDENTIALS_DIRECTORY` of systemd's LoadCredential: it sees to the permissions itself. */
  readonly credentialsFolder?: string | undefined
  readonly agentSocket?: string | undefined
}

const MAX_BYTES = 64 * 1024
/** A name that cannot lead out of a folder. */
const FILE_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/
const MAX_NAME = 200
/** Others may not read it, and nobody but the owner may write it; a group may read (a mounted secret). */
const TOO_OPEN = 0o027

async function readBounded(handle: FileHandle): Promise<Buffer> {
  const stats = await handle.stat()
  if (!stats.isFile() || stats.size > MAX_BYTES) throw new CredentialProblem('notAPrivateKey')
  return handle.readFile()
}

/** Undefined: there is no such file. @throws CredentialProblem */
async function readKeyFile(folder: string, name: string, isChecked: boolean): Promise<Buffer | undefined> {
  let handle: FileHandle | undefined
  try {
    handle = await open(path.join(folder, name), 'r')
    const { mode } = await handle.stat()
    if (isChecked && (mode & TOO_OPEN) !== 0) throw new CredentialProblem('readableByOthers')
    return await readBounded(handle)
  } catch (error) {
    if (error instanceof CredentialProblem) throw error
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw new CredentialProblem('unreadable', error)
  } finally {
    await handle?.close()
  }
}

/** Why these bytes sign nobody in; undefined: they do. */
export function keyProblem(bytes: Buffer): CredentialWhy | undefined {
  const parsed = ssh2.utils.parseKey(bytes)
  if (parsed instanceof Error) return /encrypted/i.test(parsed.message) ? 'encrypted' : 'notAPrivateKey'
  return parsed.isPrivateKey() ? undefined : 'notAPrivateKey'
}

/** An agent that knows one key: more of them would be offered one after the other, and servers count that. */
class OneKeyAgent extends ssh2.BaseAgent<ParsedKey> {
  readonly #agent: BaseAgent
  readonly #key: ParsedKey

  constructor(agent: BaseAgent, key: ParsedKey) {
    super()
    this.#agent = agent
    this.#key = key
  }

  override getIdentities(callback: (error: undefined, keys: ParsedKey[]) => void): void {
    callback(undefined, [this.#key])
  }

  override sign(
    key: ParsedKey,
    data: Buffer,
    options: SigningRequestOptions | SignCallback,
    done?: SignCallback,
  ): void {
    if (typeof options === 'function') this.#agent.sign(key, data, options)
    else this.#agent.sign(key, data, options, done)
  }
}

const identitiesOf = (agent: BaseAgent): Promise<ParsedKey[]> =>
  new Promise((resolve, reject) => {
    agent.getIdentities((error, keys) => {
      if (error) reject(new CredentialProblem('agentUnreachable', error))
      else resolve((keys ?? []) as ParsedKey[])
    })
  })

/** The key whose comment or `SHA256:…` is the name. Undefined: the agent has none. */
async function askAgent(socket: string, name: string): Promise<BaseAgent | undefined> {
  const agent = new ssh2.OpenSSHAgent(socket) as unknown as BaseAgent
  const keys = await identitiesOf(agent)
  const found = keys.filter((key) => key.comment === name || fingerprint(key.getPublicSSH()) === name)
  if (found.length > 1) throw new CredentialProblem('ambiguous')
  const [key] = found
  return key && (new OneKeyAgent(agent, key) as unknown as BaseAgent)
}

/**
 * Looks a credential up: keys folder, the service manager's, agent; the first that has it. Read anew each time, so that
 * a key may be replaced under a running worker. @throws CredentialProblem
 */
export function createCredentialReader(
  places: CredentialPlaces,
  log?: SshLog,
): (name: string) => Promise<SigningKey> {
  const { keysFolder, credentialsFolder, agentSocket } = places
  return async (name) => {
    if (name === '' || name.length > MAX_NAME) throw new CredentialProblem('badName')
    if (FILE_NAME.test(name)) {
      const own = await readKeyFile(keysFolder, name, true)
      if (own !== undefined) return own
      const given = credentialsFolder && (await readKeyFile(credentialsFolder, name, false))
      if (given) return given
    } else if (agentSocket === undefined) throw new CredentialProblem('badName')
    const held = agentSocket === undefined ? undefined : await askAgent(agentSocket, name)
    if (held !== undefined) return held
    log?.warn({ credential: name.slice(0, 64) }, 'ssh: no such credential')
    throw new CredentialProblem('notFound')
  }
}
