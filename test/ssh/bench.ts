/** What most SSH tests need: a folder, a client key, pools and servers, and the end of them all. */
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect } from 'vitest'
import { SshFailure } from '../../src/ssh/failure.ts'
import type { SshLimits } from '../../src/ssh/limits.ts'
import { createSshPool, type SshPool } from '../../src/ssh/pool.ts'
import type { Endpoint } from '../../src/ssh/types.ts'
import { type KeyPair, makeKey, type Sshd, type SshdOptions, startSshd } from '../support/sshd.ts'
import { type FakeOptions, type FakeServer, newKeyPair, startFake } from './fake-server.ts'

const generated = newKeyPair()

export class Bench {
  readonly dir: string
  readonly #ends: (() => Promise<unknown>)[] = []
  #servers = 0

  private constructor(dir: string) {
    this.dir = dir
    this.#ends.push(() => rm(dir, { recursive: true, force: true }))
  }

  static async start(): Promise<Bench> {
    return new Bench(await mkdtemp(path.join(tmpdir(), 'nightshift-ssh-')))
  }

  get key(): KeyPair {
    return makeKey(this.dir, 'client')
  }

  /** The credential's name is the key's file; `test` is a key that no real server knows. */
  pool(limits: Partial<SshLimits> = {}): SshPool {
    const readKey = async (name: string) =>
      name === 'test' ? Buffer.from(generated.secret) : readFileSync(path.join(this.dir, name))
    const pool = createSshPool({ readKey, limits })
    this.#ends.push(() => pool.close())
    return pool
  }

  async fake(options: FakeOptions = {}): Promise<FakeServer> {
    const server = await startFake(options)
    this.#ends.push(() => server.stop())
    return server
  }

  async sshd(options: Partial<SshdOptions> = {}): Promise<Sshd> {
    const dir = path.join(this.dir, `sshd-${this.#servers++}`)
    const server = await startSshd({ dir, authorizedKeys: [this.key.line], ...options })
    this.#ends.push(() => server.stop())
    return server
  }

  endpoint(server: Sshd, over: Partial<Endpoint> = {}): Endpoint {
    const { host, port, user, hostKeys } = server
    return { host, port, user, credential: 'client', hostKeys, ...over }
  }

  /** Ends everything, the last first. */
  async end(): Promise<void> {
    for (const end of this.#ends.splice(0).reverse()) await end()
  }
}

/** The SshFailure a call ends with; anything else fails the test. */
export async function failureOf(call: Promise<unknown>): Promise<SshFailure> {
  const outcome = await call.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  )
  if ('value' in outcome) throw new Error(`did not fail: ${JSON.stringify(outcome.value)}`)
  if (!(outcome.error instanceof SshFailure)) throw outcome.error
  return outcome.error
}

/** The call fails with this code; `sent` where it matters. */
export async function expectFailure(
  call: Promise<unknown>,
  code: string,
  sent?: boolean,
): Promise<SshFailure> {
  const failure = await failureOf(call)
  expect({
    code: failure.code,
    sent: sent === undefined ? undefined : failure.sent,
    params: failure.params,
  }).toEqual({
    code,
    sent,
    params: failure.params,
  })
  return failure
}
