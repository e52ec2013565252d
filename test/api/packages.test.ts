/** Uploads: all of it or nothing. */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { connect } from 'node:net'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { until } from '../support/until.ts'
import { type HeadOffice, openHeadOffice } from './head-office.ts'

let office: HeadOffice
beforeAll(async () => {
  office = await openHeadOffice()
})
afterAll(() => office.close())

const octets = { 'Content-Type': 'application/octet-stream' }
const sha256Of = (content: string) => createHash('sha256').update(content).digest('hex')
const upload = (query: string, body: string | Uint8Array, headers: Record<string, string> = octets) =>
  office.ask('POST', `/packages?${query}`, { body, headers })

afterEach(async () => {
  const left = await office.packages()
  expect(left.filter((name) => !/^[0-9a-f]{64}\.pkg$/.test(name))).toEqual([])
})

describe('refused, and nothing kept', () => {
  const good = 'kind=till&version=00096000&fileName=x.tgz'
  test.each([
    [
      'a file name that climbs',
      'kind=till&version=00096000&fileName=../../etc/passwd',
      'fileNameInvalid',
      'fileName',
    ],
    ['a file name with a slash', 'kind=till&version=00096000&fileName=a%2Fb', 'fileNameInvalid', 'fileName'],
    [
      'a file name with a backslash',
      'kind=till&version=00096000&fileName=a%5Cb',
      'fileNameInvalid',
      'fileName',
    ],
    ['a hidden file', 'kind=till&version=00096000&fileName=.bashrc', 'fileNameInvalid', 'fileName'],
    ['an option', 'kind=till&version=00096000&fileName=-rf', 'fileNameInvalid', 'fileName'],
    ['a line break in a name', 'kind=till&version=00096000&fileName=a%0Ab', 'fileNameInvalid', 'fileName'],
    ['NUL in a name', 'kind=till&version=00096000&fileName=a%00.tgz', 'fileNameInvalid', 'fileName'],
    [
      'a command as a name',
      'kind=till&version=00096000&fileName=$(touch%20pwned)',
      'fileNameInvalid',
      'fileName',
    ],
    ['a version that is no number', 'kind=till&version=banana&fileName=x', 'versionInvalid', 'version'],
    ['a short version', 'kind=till&version=96&fileName=x', 'versionInvalid', 'version'],
    ['a version in other digits', 'kind=till&version=٠٠٠٩٦٠٠٠&fileName=x', 'versionInvalid', 'version'],
    ['no version', 'kind=till&fileName=x', 'fieldInvalid', 'version'],
    ['an unknown kind', 'kind=toaster&version=00096000&fileName=x', 'fieldInvalid', 'kind'],
    ['half a digest', `${good}&sha256=abcd`, 'fieldInvalid', 'sha256'],
    ['an unknown field', `${good}&force=true`, 'fieldUnknown', 'force'],
  ])('%s', async (_label, query, code, field) => {
    const reply = await upload(query, 'content')
    expect([reply.status, reply.json.code, reply.json.path]).toEqual([422, code, field])
    expect(await office.packages()).toEqual([])
    expect(await office.count('package')).toBe(0)
  })

  test.each([
    ['a minimum that is itself', 'minVersion=00096000', 'minVersionInvalid', 'minVersion'],
    ['a minimum that is none', 'minVersion=95', 'versionInvalid', 'minVersion'],
    ['tills that bring tills', 'updatesTills=true', 'fieldInvalid', 'updatesTills'],
    ['neither true nor false', 'canGoBack=perhaps', 'fieldInvalid', 'canGoBack'],
    ['formats that are none', 'ffd=1.05,latest', 'fieldInvalid', 'ffd'],
  ])('%s', async (_label, trait, code, field) => {
    const reply = await upload(`${good}&${trait}`, 'content')
    expect([reply.status, reply.json.code, reply.json.path]).toEqual([422, code, field])
    expect(await office.count('package')).toBe(0)
  })

  test('an empty file', async () => {
    const reply = await upload(good, '')
    expect([reply.status, reply.json.code]).toEqual([422, 'uploadEmpty'])
  })

  test('another file than announced', async () => {
    const reply = await upload(`${good}&sha256=${'0'.repeat(64)}`, 'content')
    expect([reply.status, reply.json.code]).toEqual([422, 'digestMismatch'])
    expect(reply.json).toMatchObject({ expected: '0'.repeat(64), received: sha256Of('content') })
    expect(await office.packages()).toEqual([])
  })

  test('a form', async () => {
    const reply = await upload(good, 'content', { 'Content-Type': 'multipart/form-data; boundary=x' })
    expect([reply.status, reply.json.code]).toEqual([415, 'contentTypeUnsupported'])
  })

  test('more than 4 GiB, before a byte of it has come', async () => {
    const head = `Content-Length: ${5 * 1024 ** 3}\r\n`
    const socket = await begin(head, '')
    expect(await answerOf(socket)).toContain('bodyTooLarge')
    socket.destroy()
  })

  test.each([
    ['with a length', 'Content-Length: 100000\r\n', 'x'.repeat(50_000)],
    ['in chunks', 'Transfer-Encoding: chunked\r\n', `c350\r\n${'x'.repeat(50_000)}\r\n`],
  ])('cut off in the middle, %s', async (_label, head, body) => {
    const socket = await begin(head, body)
    await until(async () => (await office.packages()).some((name) => name.endsWith('.part')), {
      within: 20_000,
      label: 'the upload comes in',
    })
    socket.destroy()
    await until(async () => (await office.packages()).length === 0, {
      within: 20_000,
      label: 'nothing stays',
    })
    expect(await office.count('package')).toBe(0)
  })

  test('ended politely before its last byte', async () => {
    const socket = await begin('Content-Length: 100000\r\n', 'x'.repeat(50_000))
    socket.end()
    expect(await answerOf(socket)).toMatch(/^HTTP\/1\.1 400 /)
    await until(async () => (await office.packages()).length === 0, {
      within: 20_000,
      label: 'nothing stays',
    })
    expect(await office.count('package')).toBe(0)
    expect(await office.count(`event WHERE code LIKE 'package%'`)).toBe(0)
  })

  async function begin(head: string, body: string) {
    const socket = connect({ port: office.port, host: '127.0.0.1', allowHalfOpen: true })
    socket.on('error', () => {})
    socket.write(
      `POST /api/v1/packages?${good} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${office.token}\r\nContent-Type: application/octet-stream\r\n${head}\r\n${body}`,
    )
    return socket
  }

  async function answerOf(socket: ReturnType<typeof connect>): Promise<string> {
    let text = ''
    socket.on('data', (chunk) => {
      text += chunk.toString()
    })
    await until(() => /\}$/.test(text), { within: 20_000, label: 'an answer' })
    return text
  }
})

describe('kept', () => {
  const content = 'the package'.repeat(100_000)
  const query = 'kind=till&version=00096000&fileName=ukmcli-build.tgz'
  const chunked = (text: string) =>
    fetch(`${office.url}/api/v1/packages?${query.replace('96000', '96001')}`, {
      method: 'POST',
      headers: { ...octets, Authorization: `Bearer ${office.token}` },
      body: new Blob([text]).stream(),
      duplex: 'half',
    } as RequestInit)

  test('under its digest, with an event; once more is no error; another file is', async () => {
    const reply = await upload(`${query}&sha256=${sha256Of(content).toUpperCase()}`, content)
    const view = {
      kind: 'till',
      version: '00096000',
      display: '96',
      fileName: 'ukmcli-build.tgz',
      size: content.length,
      sha256: sha256Of(content),
      retiredAt: null,
    }
    expect(reply.status).toBe(201)
    expect(reply.json).toMatchObject(view)
    expect(reply.headers.get('location')).toBe(`/api/v1/packages/${reply.json.id}`)
    const file = (await office.packages())[0]
    expect(file).toBe(`${sha256Of(content)}.pkg`)
    expect((await office.ask('GET', `/packages/${reply.json.id}`)).json).toMatchObject(reply.json)

    const again = await upload(query, content)
    expect([again.status, again.json.id]).toEqual([200, reply.json.id])
    const other = await upload(query, 'another')
    expect([other.status, other.json.code, other.json.packageId]).toEqual([
      409,
      'packageExists',
      reply.json.id,
    ])
    expect(await office.packages()).toEqual([`${sha256Of(content)}.pkg`])
    expect(await office.count('package')).toBe(1)
    // Other files' transactions on the same server hold back what may be read.
    const events = async () =>
      ((await office.ask('GET', '/events')).json.items as { code: string }[]).filter((event) =>
        event.code.startsWith('package'),
      )
    await until(async () => (await events()).length > 1, { within: 20_000, label: 'the events' })
    const params = { version: 96_000, size: content.length }
    expect(await events()).toMatchObject([
      { code: 'packageAdded', actor: 'night operator', params },
      { code: 'packageUnsigned', actor: 'night operator' },
    ])
  })

  test('without a length', async () => {
    const reply = await chunked(content)
    expect(reply.status).toBe(201)
    expect(await reply.json()).toMatchObject({ size: content.length, sha256: sha256Of(content) })
    expect((await office.ask('GET', '/packages')).json.items).toHaveLength(2)
  })

  test('the same file for another kind shares the bytes', async () => {
    const reply = await upload('kind=storeServer&version=00096000&fileName=x', content)
    expect(reply.status).toBe(201)
    expect(await office.packages()).toHaveLength(1)
  })

  test('two at once of one version: one is kept', async () => {
    const race = 'kind=till&version=00097000&fileName=x'
    const replies = await Promise.all([upload(race, 'one'), upload(race, 'one'), upload(race, 'one')])
    expect(replies.map((reply) => reply.status).sort()).toEqual([200, 200, 201])
    expect(new Set(replies.map((reply) => reply.json.id)).size).toBe(1)
  })

  test('bytes as they came', async () => {
    const bytes = Uint8Array.from({ length: 70_000 }, (_, n) => (n * 7) % 256)
    const reply = await upload('kind=till&version=00098000&fileName=x', bytes)
    const name = `${reply.json.sha256}.pkg`
    expect(await office.packages()).toContain(name)
    expect(new Uint8Array(await readFile(path.join(office.packagesFolder, name)))).toEqual(bytes)
  })

  test('with what is to be known of it; the same file with other traits is another package', async () => {
    const query = 'kind=storeServer&version=00097500&fileName=s.tgz'
    const traits = 'minVersion=00097000&updatesTills=true&firmware=true&ffd=1.05,1.2&canGoBack=false'
    const made = await upload(`${query}&${traits}`, 'server')
    const expected = {
      ...{ minVersion: '00097000', needsServer: false, updatesTills: true, firmware: true },
      ...{ ffd: ['1.05', '1.2'], canGoBack: false },
    }
    expect([made.status, made.json]).toMatchObject([201, expected])
    expect((await office.ask('GET', `/packages/${made.json.id}`)).json).toMatchObject(expected)
    expect((await upload(query, 'server')).status).toBe(200)
    expect((await upload(`${query}&${traits}`, 'server')).status).toBe(200)
    const other = await upload(`${query}&canGoBack=true`, 'server')
    expect([other.status, other.json.code]).toEqual([409, 'packageExists'])
    const plain = await upload(
      'kind=till&version=00097500&allowOlder=true&fileName=t.tgz&needsServer=true',
      'till',
    )
    expect(plain.json).toMatchObject({ minVersion: null, needsServer: true, ffd: [], canGoBack: null })
  })
})
