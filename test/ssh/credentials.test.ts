/** Keys by name: from files, from the service manager's folder, behind a real agent; always exactly one. */
import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { fingerprintOf } from '../../src/hosts/host-key.ts'
import { CredentialProblem, createCredentialReader } from '../../src/ssh/credentials.ts'
import { createSshPool } from '../../src/ssh/pool.ts'
import { describeWith } from '../support/needs.ts'
import { describeSshd, makeKey } from '../support/sshd.ts'
import { until } from '../support/until.ts'
import { Bench, expectFailure } from './bench.ts'

const soon = { deadlineMs: 50_000 }
let bench: Bench
let keysFolder: string
let credentialsFolder: string
const ends: (() => unknown)[] = []
beforeEach(async () => {
  bench = await Bench.start()
  keysFolder = path.join(bench.dir, 'keys')
  credentialsFolder = path.join(bench.dir, 'credentials')
  mkdirSync(keysFolder)
  mkdirSync(credentialsFolder)
})
afterEach(async () => {
  for (const end of ends.splice(0)) await end()
  await bench.end()
})

const whyOf = async (reading: Promise<unknown>): Promise<string> => {
  const error = await reading.then(
    () => undefined,
    (failed: unknown) => failed,
  )
  if (!(error instanceof CredentialProblem)) throw new Error(`no CredentialProblem: ${String(error)}`)
  expect(error.message).not.toContain(bench.dir)
  return error.why
}

describeWith(['ssh-keygen'], 'files', () => {
  const read = (name: string) => createCredentialReader({ keysFolder, credentialsFolder })(name)

  test('the keys folder goes before the service manager’s', async () => {
    writeFileSync(path.join(credentialsFolder, 'a'), 'given', { mode: 0o644 })
    expect(String(await read('a'))).toBe('given')
    writeFileSync(path.join(keysFolder, 'a'), 'own', { mode: 0o600 })
    expect(String(await read('a'))).toBe('own')
    symlinkSync(path.join(keysFolder, 'a'), path.join(keysFolder, 'linked'))
    expect(String(await read('linked'))).toBe('own')
  })

  test.each([
    [0o600, undefined],
    [0o400, undefined],
    [0o440, undefined],
    [0o644, 'readableByOthers'],
    [0o604, 'readableByOthers'],
    [0o620, 'readableByOthers'],
    [0o660, 'readableByOthers'],
  ])('mode %o: %s', async (mode, why) => {
    const file = path.join(keysFolder, 'k')
    writeFileSync(file, 'x')
    chmodSync(file, mode)
    if (why === undefined) expect(String(await read('k'))).toBe('x')
    else expect(await whyOf(read('k'))).toBe(why)
  })

  test.each(['', '../a', 'a/b', '.hidden', 'a\0b', `${'x'.repeat(300)}`, 'SHA256:abc'])(
    'the name %j names no file',
    async (name) => {
      expect(await whyOf(read(name))).toBe('badName')
    },
  )

  test('gone, a folder, too large', async () => {
    expect(await whyOf(read('gone'))).toBe('notFound')
    mkdirSync(path.join(credentialsFolder, 'folder'))
    expect(await whyOf(read('folder'))).toBe('notAPrivateKey')
    writeFileSync(path.join(keysFolder, 'large'), Buffer.alloc(70_000), { mode: 0o600 })
    expect(await whyOf(read('large'))).toBe('notAPrivateKey')
  })

  test('a passphrase, a public key, rubbish: each is told apart, and nothing of it is told', async () => {
    const secret = path.join(keysFolder, 'locked')
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', 'secret words', '-f', secret])
    copyFileSync(`${secret}.pub`, path.join(keysFolder, 'public'))
    chmodSync(path.join(keysFolder, 'public'), 0o600)
    writeFileSync(path.join(keysFolder, 'rubbish'), 'TOP SECRET', { mode: 0o600 })
    const server = await bench.fake()
    const readKey = createCredentialReader({ keysFolder })
    const pool = createSshPool({ readKey })
    ends.push(() => pool.close())
    for (const [credential, why] of [
      ['locked', 'encrypted'],
      ['public', 'notAPrivateKey'],
      ['rubbish', 'notAPrivateKey'],
      ['gone', 'notFound'],
    ] as const) {
      const store = server.endpoint({ credential })
      const failure = await expectFailure(pool.exec({ store }, ['x'], soon), 'credentialUnreadable', false)
      expect(failure.params).toEqual({ credential, why })
      expect(failure.message).not.toMatch(/SECRET|secret words|ssh-/)
    }
  })
})

/** A real agent with these keys in it. */
async function startAgent(keys: readonly string[]): Promise<string> {
  const socket = path.join(bench.dir, 'agent.sock')
  const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: ['ignore', 'pipe', 'ignore'] })
  ends.push(() => agent.kill('SIGKILL'))
  let said = ''
  agent.stdout.on('data', (chunk) => (said += String(chunk)))
  await until(() => said.includes('SSH_AUTH_SOCK'), { within: 30_000, label: 'the agent listens' })
  for (const key of keys)
    execFileSync('ssh-add', ['-q', key], { env: { ...process.env, SSH_AUTH_SOCK: socket }, stdio: 'ignore' })
  return socket
}

function named(name: string, comment: string, type = 'ed25519') {
  const file = path.join(bench.dir, name)
  execFileSync('ssh-keygen', ['-q', '-t', type, '-N', '', '-C', comment, '-f', file])
  const [kind, base64] = readFileSync(`${file}.pub`, 'utf8').split(' ')
  return { file, line: `${kind} ${base64}` }
}

describeWith(['ssh-agent', 'ssh-add', 'ssh-keygen'], 'behind an agent', () => {
  describeSshd('sshd', () => {
    test.each(['ed25519', 'rsa'])(
      'one %s key of several, by comment or fingerprint, is offered once',
      async (type) => {
        const [first, wanted, third] = [
          named('a', 'another@office'),
          named('b', 'stores@office', type),
          named('c', 'third'),
        ] as const
        const agentSocket = await startAgent([first.file, wanted.file, third.file])
        const server = await bench.sshd({ authorizedKeys: [wanted.line], extraConfig: ['MaxAuthTries 1'] })
        for (const credential of ['stores@office', fingerprintOf(wanted.line)]) {
          const pool = createSshPool({ readKey: createCredentialReader({ keysFolder, agentSocket }) })
          ends.push(() => pool.close())
          const store = bench.endpoint(server, { credential })
          expect((await pool.exec({ store }, ['echo', 'in'], soon)).stdout).toBe('in\n')
        }
        expect(server.log()).not.toContain('Failed publickey')
      },
    )

    test('a key that the server does not know: refused once', async () => {
      const other = named('a', 'other')
      const agentSocket = await startAgent([other.file, makeKey(bench.dir, 'client').file])
      const server = await bench.sshd()
      const pool = createSshPool({ readKey: createCredentialReader({ keysFolder, agentSocket }) })
      ends.push(() => pool.close())
      const store = bench.endpoint(server, { credential: 'other' })
      // MaxAuthTries counts it, and the client key that would fit is not offered in its place.
      await expectFailure(pool.exec({ store }, ['true'], soon), 'signInRefused', false)
    })
  })

  test('two keys of one comment, none of it, an agent that is gone', async () => {
    const agentSocket = await startAgent([named('a', 'twin').file, named('b', 'twin').file])
    const read = createCredentialReader({ keysFolder, agentSocket })
    expect(await whyOf(read('twin'))).toBe('ambiguous')
    expect(await whyOf(read('nobody'))).toBe('notFound')
    expect(
      await whyOf(createCredentialReader({ keysFolder, agentSocket: path.join(bench.dir, 'no') })('twin')),
    ).toBe('agentUnreachable')
  })
})

describe('replaced under a running worker', () => {
  test('the next connection uses the new one', async () => {
    const file = path.join(keysFolder, 'k')
    writeFileSync(file, 'one', { mode: 0o600 })
    const read = createCredentialReader({ keysFolder })
    expect(String(await read('k'))).toBe('one')
    writeFileSync(file, 'two')
    expect(String(await read('k'))).toBe('two')
  })
})
