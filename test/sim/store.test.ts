import { createHash, randomBytes } from 'node:crypto'
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Client, SFTPWrapper } from 'ssh2'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { newKeyPair } from '../../src/sim/keys.ts'
import { until } from '../support/until.ts'
import {
  ask,
  closing,
  connect,
  exec,
  forward,
  nightctl,
  operatorKey,
  type Rig,
  rig,
  sftpOf,
  storeOf,
  targetOf,
} from './support.ts'

let rigged: Rig
const clients: Client[] = []
beforeEach(async () => {
  rigged = await rig()
})
afterEach(async () => {
  for (const client of clients.splice(0)) client.end()
  await rigged.end()
})

const store = () => rigged.fleet.store('M1')
const inFolder = (name: string) => path.join(storeOf(rigged.fleet).packageFolder, name)
const sha256 = (data: Buffer) => createHash('sha256').update(data).digest('hex')

async function signIn(): Promise<Client> {
  const client = await connect(storeOf(rigged.fleet))
  client.on('error', () => {})
  clients.push(client)
  return client
}

async function put(
  sftp: SFTPWrapper,
  name: string,
  data: Buffer,
  from = 0,
  chunk = 64 * 1024,
): Promise<void> {
  const handle = await ask<Buffer>((done) => sftp.open(name, from > 0 ? 'r+' : 'w', done))
  for (let at = from; at < data.length; at += chunk) {
    const length = Math.min(chunk, data.length - at)
    await ask((done) => sftp.write(handle, data, at, length, at, done))
  }
  await ask((done) => sftp.ext_openssh_fsync(handle, done))
  await ask((done) => sftp.close(handle, done))
}

describe('SFTP of a store server', () => {
  it('takes an upload, syncs it and puts it in the place of an older file', async () => {
    const sftp = await sftpOf(await signIn())
    const data = randomBytes(700_000)
    await writeFile(inFolder('a.pkg'), 'old')
    await put(sftp, inFolder('a.pkg.part'), data, 0, 200_000)
    await expect(
      ask((done) => sftp.rename(inFolder('a.pkg.part'), inFolder('a.pkg'), done)),
    ).rejects.toThrow()
    await ask((done) => sftp.ext_openssh_rename(inFolder('a.pkg.part'), inFolder('a.pkg'), done))
    expect(sha256(await readFile(inFolder('a.pkg')))).toBe(sha256(data))
    expect(store().sftpBytesReceived).toBe(data.length)
    const { size } = await ask<{ size: number }>((done) => sftp.stat(inFolder('a.pkg'), done))
    expect(size).toBe(data.length)
    const names = await ask<{ filename: string }[]>((done) => sftp.readdir(inFolder('.'), done))
    expect(names.map(({ filename }) => filename)).toEqual(['a.pkg'])
  })

  it('goes on with an upload that was cut at a byte, and the cut strikes once', async () => {
    const data = randomBytes(600_000)
    await store().setFault({ kind: 'dropAtByte', bytes: 250_000 })
    const first = await signIn()
    const closed = closing(first)
    await expect(
      Promise.race([
        put(await sftpOf(first), inFolder('b.part'), data),
        closed.then(() => Promise.reject(new Error('cut'))),
      ]),
    ).rejects.toThrow('cut')
    const { size } = await until(() => readFile(inFolder('b.part')).then((part) => ({ size: part.length })), {
      within: 30_000,
      label: 'the part file',
    })
    expect(size).toBe(250_000)
    const client = await signIn()
    const { stdout } = await exec(client, `head -c ${size} -- '${inFolder('b.part')}' | sha256sum`)
    expect(stdout.split(' ')[0]).toBe(sha256(data.subarray(0, size)))
    await put(await sftpOf(client), inFolder('b.part'), data, size)
    expect(sha256(await readFile(inFolder('b.part')))).toBe(sha256(data))
    expect(store().sftpBytesReceived).toBe(data.length)
  })

  it('keeps many writes in flight in order', async () => {
    const sftp = await sftpOf(await signIn())
    const data = randomBytes(3_000_000)
    const local = path.join(rigged.dir, 'local')
    await writeFile(local, data)
    await ask((done) => sftp.fastPut(local, inFolder('c'), { concurrency: 64, chunkSize: 128 * 1024 }, done))
    expect(sha256(await readFile(inFolder('c')))).toBe(sha256(data))
  })

  it('shows nothing outside its folder', async () => {
    const client = await signIn()
    const sftp = await sftpOf(client)
    const outside = path.join(rigged.dir, 'fleet.json')
    for (const name of [outside, '../../fleet.json', '/etc/passwd', `${inFolder('..')}/../../fleet.json`]) {
      await expect(
        ask((done) => sftp.open(name, 'r', done)),
        name,
      ).rejects.toThrow('Permission denied')
      expect((await exec(client, `sha256sum -- '${name}'`)).status).toBe(1)
    }
    await expect(ask((done) => sftp.symlink('/etc', inFolder('etc'), done))).rejects.toThrow('unsupported')
  })

  it('answers for missing files, folders and truncation as sftp-server does', async () => {
    const sftp = await sftpOf(await signIn())
    await expect(ask((done) => sftp.stat(inFolder('none'), done))).rejects.toMatchObject({ code: 2 })
    await ask((done) => sftp.mkdir(inFolder('d'), done))
    await put(sftp, inFolder('d/e'), Buffer.from('12345'))
    await ask((done) => sftp.setstat(inFolder('d/e'), { size: 3 }, done))
    expect(await readFile(inFolder('d/e'), 'utf8')).toBe('123')
    await ask((done) => sftp.unlink(inFolder('d/e'), done))
    await expect(ask((done) => sftp.unlink(inFolder('d/e'), done))).rejects.toMatchObject({ code: 2 })
    await expect(ask<string>((done) => sftp.realpath('.', done))).resolves.toBe(path.dirname(inFolder('.')))
  })

  it('is full, or flips a byte, on demand', async () => {
    const client = await signIn()
    const sftp = await sftpOf(client)
    await store().setFault({ kind: 'diskFull' })
    await expect(put(sftp, inFolder('f'), Buffer.alloc(10))).rejects.toThrow('No space left')
    expect((await exec(client, `df -Pk -- '${inFolder('.')}'`)).stdout.split('\n')[1]?.split(/\s+/)[3]).toBe(
      '0',
    )
    await store().setFault({ kind: 'corrupt', times: 1 })
    await put(sftp, inFolder('f'), Buffer.from('aaaa'))
    expect(await readFile(inFolder('f'), 'latin1')).toBe('`aaa')
    await put(sftp, inFolder('f'), Buffer.from('aaaa'))
    expect(await readFile(inFolder('f'), 'latin1')).toBe('aaaa')
  })
})

describe('commands of a store server', () => {
  it('hashes, measures, removes, makes folders; anything else is not found', async () => {
    const client = await signIn()
    const data = randomBytes(1000)
    await writeFile(inFolder("it's a file"), data)
    const name = `'${inFolder("it's a file").replaceAll("'", `'\\''`)}'`
    expect((await exec(client, `'sha256sum' -- ${name}`)).stdout).toMatch(`${sha256(data)}  `)
    expect((await exec(client, `sha256sum ${name}`)).stdout).toMatch(sha256(data))
    expect((await exec(client, `head -c 0 ${name} | sha256sum`)).stdout).toMatch(sha256(Buffer.alloc(0)))
    const free = (await exec(client, `df -Pk ${name}`)).stdout.split('\n')[1]?.split(/\s+/)[3]
    expect(Number(free)).toBeGreaterThan(0)
    expect((await exec(client, 'true')).status).toBe(0)
    expect((await exec(client, `rm -f -- ${name}`)).status).toBe(0)
    expect((await exec(client, `sha256sum -- ${name}`)).status).toBe(1)
    const none = await exec(client, `head -c 9 ${name} | sha256sum`)
    expect([none.status, none.stdout]).toEqual([0, `${sha256(Buffer.alloc(0))}  -\n`])
    expect((await exec(client, `mkdir -p '${inFolder('x/y')}'`)).status).toBe(0)
    for (const line of ['reboot', 'cat /etc/passwd', 'true; reboot', 'sha256sum $(reboot)', 'true | true']) {
      expect((await exec(client, line)).status, line).toBe(127)
    }
  })

  it('leads to its own devices only', async () => {
    const { fleet } = rigged
    const client = await signIn()
    const device = fleet.devices[0]
    if (!device) throw new Error('no device')
    const target = targetOf(fleet, device.cashId)
    const inner = await connect(target, { sock: await forward(client, target.port) })
    const { stdout } = await exec(inner, "'nightctl' 'status'")
    expect(stdout).toContain(device.cashId)
    inner.end()
    await expect(forward(client, store().http.port)).rejects.toThrow()
    await device.setOff(true)
    await expect(forward(client, target.port)).rejects.toThrow()
    await device.setFault({ kind: 'hang' })
    const sock = await forward(client, target.port)
    await expect(connect(target, { sock, readyTimeout: 100 })).rejects.toThrow('Timed out')
    await device.setFault(null)
    expect((await nightctl(fleet, device.cashId, ['status'])).class).toBe('done')
  })
})

describe('the package folder over HTTP', () => {
  it('serves whole files and ranges, and nothing else', async () => {
    const { packageUrl } = storeOf(rigged.fleet)
    const data = randomBytes(300_000)
    await mkdir(inFolder('deep'), { recursive: true })
    await writeFile(inFolder('deep/a.pkg'), data)
    await symlink(inFolder('deep/a.pkg'), inFolder('link'))
    const whole = await fetch(`${packageUrl}/deep/a.pkg`)
    expect(sha256(Buffer.from(await whole.arrayBuffer()))).toBe(sha256(data))
    const rest = await fetch(`${packageUrl}/deep/a.pkg`, { headers: { range: 'bytes=100000-' } })
    expect(rest.status).toBe(206)
    expect(rest.headers.get('content-range')).toBe('bytes 100000-299999/300000')
    expect(Buffer.from(await rest.arrayBuffer()).equals(data.subarray(100_000))).toBe(true)
    expect((await fetch(`${packageUrl}/deep/a.pkg`, { headers: { range: 'bytes=300000-' } })).status).toBe(
      416,
    )
    expect((await fetch(`${packageUrl}/none`)).status).toBe(404)
    expect((await fetch(`${packageUrl}/..%2f..%2f..%2ffleet.json`)).status).toBe(404)
    expect(store().httpBytesServed).toBe(500_000)
    await store().wipePackages()
    expect((await fetch(`${packageUrl}/deep/a.pkg`)).status).toBe(404)
  })
})

describe('who may sign in, and what goes wrong before', () => {
  it('only the authorised key, only the user', async () => {
    const target = storeOf(rigged.fleet)
    await expect(connect(target, { privateKey: newKeyPair().privateKey })).rejects.toThrow('authentication')
    await expect(connect({ ...target, user: 'root' })).rejects.toThrow('authentication')
    await store().setFault({ kind: 'signInRefused', times: 1 })
    await expect(connect(target)).rejects.toThrow('authentication')
    await signIn()
    expect(store().connectionCount).toBe(4)
  })

  it('not a key that only claims to be the authorised one', async () => {
    const other = newKeyPair()
    const openBytes = (line: string) => Buffer.from(line.split(' ')[1] ?? '', 'base64').subarray(-32)
    const body = Buffer.from(other.privateKey.replace(/-----.*-----|\n/g, ''), 'base64').toString('latin1')
    const [theirs, ours] = [other.publicLine, operatorKey.publicLine].map((line) =>
      openBytes(line).toString('latin1'),
    )
    const forged = Buffer.from(body.replaceAll(theirs ?? '', ours ?? ''), 'latin1').toString('base64')
    const [head, end] = ['BEGIN', 'END'].map((word) => `-----${word} OPENSSH PRIVATE KEY-----`)
    const privateKey = [head, ...(forged.match(/.{1,70}/g) ?? []), end, ''].join('\n')
    await expect(connect(storeOf(rigged.fleet), { privateKey })).rejects.toThrow('authentication')
  })

  it('refused, hanging, throttled, another host key', async () => {
    const target = storeOf(rigged.fleet)
    await store().setFault({ kind: 'refuse' })
    await expect(connect(target)).rejects.toThrow('ECONNREFUSED')
    await store().setFault({ kind: 'throttled', times: 2 })
    for (let i = 0; i < 2; i++) await expect(connect(target)).rejects.toThrow()
    await signIn()
    await store().setFault({ kind: 'hang' })
    await expect(connect(target, { readyTimeout: 100 })).rejects.toThrow('Timed out')
    await store().setFault({ kind: 'hangVerb', verb: 'df' })
    const client = await signIn()
    await expect(exec(client, 'df -Pk /', '', 100)).rejects.toThrow('no answer')
    expect((await exec(client, 'true')).status).toBe(0)
    await store().setFault({ kind: 'hostKeyChanged' })
    await expect(connect(target)).rejects.toThrow('Host denied')
    const fleet = await rigged.restart()
    expect(storeOf(fleet).hostKeys).not.toEqual(target.hostKeys)
    await signIn()
  })

  it('off: what is connected dies at once', async () => {
    const client = await signIn()
    const closed = closing(client)
    await store().setFault({ kind: 'off' })
    await closed
    await store().setFault(null)
    await signIn()
  })
})
