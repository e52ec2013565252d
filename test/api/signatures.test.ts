/** Signed uploads: what is refused, with which code, and what is shown of what was taken. Keys are ssh-keygen's own. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { PackageManifest } from '../../src/rollout/manifest.ts'
import { future, makeSigners, past, type Signers, textFor } from '../signing/rig.ts'
import { describeWith } from '../support/needs.ts'
import { type HeadOffice, openHeadOffice, store, till } from './head-office.ts'

const dir = mkdtempSync(path.join(tmpdir(), 'nightshift-signatures-'))
let office: HeadOffice
let signers: Signers
let last = 96_000
/** Every upload its own version. */
const next = () => ++last

const base64 = (text: string) => Buffer.from(text).toString('base64')

interface Upload {
  readonly bytes?: Buffer
  readonly more?: Partial<PackageManifest>
  /** Instead of what `more` says. */
  readonly text?: string
  readonly by?: string
  readonly signature?: string
  readonly query?: string
}

const plain = Buffer.from('a package')

async function upload({ bytes = plain, more = {}, text, by = 'alice', signature, query = '' }: Upload) {
  const manifest = text ?? textFor(plain, { version: next(), ...more })
  return office.ask('POST', `/packages${query}`, {
    body: bytes,
    headers: {
      'Content-Type': 'application/octet-stream',
      'Nightshift-Manifest': base64(manifest),
      'Nightshift-Signature': base64(signature ?? signers.sign(by, manifest)),
    },
  })
}

const unsigned = (query: string) =>
  office.ask('POST', `/packages?kind=till&fileName=x.tgz&${query}`, {
    body: plain,
    headers: { 'Content-Type': 'application/octet-stream' },
  })

const eventCodes = async () => {
  const { rows } = await office.db.pool.query<{ code: string }>('SELECT code FROM event ORDER BY id')
  return rows.map((row) => row.code)
}

describeWith(['ssh-keygen'], 'signed packages at the head office', () => {
  beforeAll(async () => {
    signers = makeSigners(dir, 'alice', 'bob', 'mallory')
    office = await openHeadOffice({
      settings: { NIGHTSHIFT_UNSIGNED: 'refuse', NIGHTSHIFT_SIGNERS: signers.file },
    })
  }, 60_000)
  afterAll(async () => {
    await office?.close()
    rmSync(dir, { recursive: true, force: true })
  })
  beforeEach(() => signers.allow('alice', 'bob'))

  test('a good one is taken, without a query, and says who signed it until when', async () => {
    const expires = future()
    const reply = await upload({ more: { expires, minVersion: 95_000, ffd: ['1.05'], needsServer: true } })
    expect(reply.status).toBe(201)
    expect(reply.json).toMatchObject({
      kind: 'till',
      minVersion: '00095000',
      ffd: ['1.05'],
      needsServer: true,
      signed: true,
      signer: 'alice',
    })
    expect(reply.json.signerKey).toMatch(/^SHA256:/)
    expect(Date.parse(reply.json.expiresAt)).toBe(Date.parse(expires))
    const shown = (await office.ask('GET', `/packages/${reply.json.id}`)).json
    expect(shown).toMatchObject({ signer: 'alice', trust: { good: true, code: null } })
    expect(Date.parse(shown.signedAt)).toBeLessThanOrEqual(Date.now())
  })

  test('who signed it can be asked before it is sent, and nothing is kept', async () => {
    const text = textFor(plain, { version: next() })
    const check = (manifest: string, signature: string) =>
      office.ask('POST', '/packages/check', { json: { manifest, signature } })
    const packages = await office.packages()
    const good = await check(text, signers.sign('alice', text))
    expect(good.json).toMatchObject({
      good: true,
      signer: 'alice',
      signerKey: expect.stringMatching(/^SHA256:/),
    })
    expect((await check(text, signers.sign('mallory', text))).json).toMatchObject({
      good: false,
      code: 'signerUnknown',
      signer: null,
    })
    expect((await check(text, signers.sign('alice', textFor(plain)))).json.code).toBe('signatureInvalid')
    const wrong = await check('{}', 'x')
    expect([wrong.status, wrong.json.code]).toEqual([422, 'manifestInvalid'])
    expect(await office.packages()).toEqual(packages)
  })

  test('removing the signer shows at once, and so does putting the name back', async () => {
    const { id } = (await upload({})).json
    const trust = async () => (await office.ask('GET', `/packages/${id}`)).json.trust
    expect(await trust()).toMatchObject({ good: true })
    signers.allow('bob')
    expect(await trust()).toMatchObject({ good: false, code: 'signerUnknown' })
    rmSync(signers.file)
    expect(await trust()).toMatchObject({ good: false, code: 'signersMissing' })
    signers.allow('alice')
    expect(await trust()).toMatchObject({ good: true })
  })

  const manifestOf = (change: (text: string) => string): string => change(textFor(plain, { version: next() }))
  test.each<[string, () => Upload | Promise<Upload>, number, string, string?]>([
    ['a flipped byte', () => ({ bytes: Buffer.from('a pbckage') }), 422, 'digestMismatch'],
    ['a byte more', () => ({ bytes: Buffer.from('a package.') }), 422, 'manifestDiffers', 'size'],
    ['a manifest for another kind', () => ({ query: '?kind=storeServer' }), 422, 'manifestDiffers', 'kind'],
    ['of another version', () => ({ query: '?version=00000001' }), 422, 'manifestDiffers', 'version'],
    ['of another minimum', () => ({ query: '?minVersion=00000001' }), 422, 'manifestDiffers', 'minVersion'],
    ['of another name', () => ({ query: '?fileName=y.tgz' }), 422, 'manifestDiffers', 'fileName'],
    ['of another digest', () => ({ query: `?sha256=${'ab'.repeat(32)}` }), 422, 'manifestDiffers', 'sha256'],
    ['an expired manifest', () => ({ more: { expires: past() } }), 422, 'packageExpired'],
    ['a signer nobody knows', () => ({ by: 'mallory' }), 422, 'signerUnknown'],
    [
      'a removed signer',
      () => {
        signers.allow('bob')
        return {}
      },
      422,
      'signerUnknown',
    ],
    [
      'a signature of another manifest',
      () => ({ signature: signers.sign('alice', textFor(plain, { version: 1 })) }),
      422,
      'signatureInvalid',
    ],
    [
      'a signature for something else',
      () => {
        const text = manifestOf((same) => same)
        return { text, signature: signers.sign('alice', text, 'git') }
      },
      422,
      'signatureInvalid',
    ],
    ['no signature at all', () => ({ signature: 'x' }), 422, 'signatureInvalid'],
    [
      'a manifest that is written otherwise',
      () => ({ text: manifestOf((text) => text.replace(',', ', ')) }),
      422,
      'manifestInvalid',
    ],
    [
      'a manifest with a kind that is never installed',
      () => ({ text: manifestOf((text) => text.replace('"till"', '"priceChecker"')) }),
      422,
      'manifestInvalid',
    ],
    [
      'a minimum above the version',
      () => ({ more: { version: 97_000, minVersion: 97_000 } }),
      422,
      'manifestInvalid',
    ],
    [
      'an empty list of signers',
      () => {
        writeFileSync(signers.file, '# nobody yet\n')
        return {}
      },
      503,
      'signersMissing',
    ],
    [
      'no list of signers',
      () => {
        rmSync(signers.file)
        return {}
      },
      503,
      'signersMissing',
    ],
  ])('refused: %s', async (_label, make, status, code, member) => {
    const before = [await office.count('package'), (await office.packages()).length]
    const reply = await upload(await make())
    expect([reply.status, reply.json.code]).toEqual([status, code])
    if (member !== undefined) expect(reply.json).toMatchObject({ path: member, member })
    expect([await office.count('package'), (await office.packages()).length]).toEqual(before)
  })

  test('half of a signed upload, or what is no base64, is a fault of that header', async () => {
    for (const [name, value] of [
      ['Nightshift-Manifest', base64(textFor(plain))],
      ['Nightshift-Signature', base64('x')],
      ['Nightshift-Manifest', 'не base64'.normalize('NFKD').replace(/[^\x20-\x7e]/g, '!')],
    ] as const) {
      const reply = await office.ask('POST', '/packages', {
        body: plain,
        headers: { 'Content-Type': 'application/octet-stream', [name]: value },
      })
      expect([reply.status, reply.json.code]).toEqual([422, 'fieldInvalid'])
    }
  })

  test('unsigned is refused, with the way out', async () => {
    const reply = await unsigned('version=00096999')
    expect([reply.status, reply.json.code]).toEqual([422, 'unsigned'])
    expect(reply.json.detail).toContain('nightshift package sign')
    expect(reply.json.detail).toContain('NIGHTSHIFT_UNSIGNED=allow')
  })

  test('a version that is there keeps its bytes, and may be signed anew by somebody else', async () => {
    const version = next()
    const first = await upload({ more: { version } })
    const other = Buffer.from('other bytes')
    const clash = await upload({ bytes: other, text: textFor(other, { version }) })
    expect([clash.status, clash.json.code]).toEqual([409, 'packageExists'])
    const contradicts = await upload({ more: { version, canGoBack: false } })
    expect([contradicts.status, contradicts.json.code]).toEqual([409, 'packageExists'])
    signers.allow('bob')
    const again = await upload({ more: { version }, by: 'bob' })
    expect([again.status, again.json.id, again.json.signer]).toEqual([200, first.json.id, 'bob'])
    expect(await eventCodes()).toContain('packageSigned')
    const shown = (await office.ask('GET', `/packages/${first.json.id}`)).json
    expect(shown).toMatchObject({ signer: 'bob', trust: { good: true } })
  })

  test('a lower version is added on purpose only, and that is told', async () => {
    await upload({ more: { kind: 'storeServer', version: 97_500 } })
    const lower = { kind: 'storeServer', version: 97_400 } as const
    const refused = await upload({ more: lower })
    expect([refused.status, refused.json.code]).toEqual([409, 'versionLower'])
    expect(refused.json).toMatchObject({ newest: '00097500' })
    expect((await upload({ more: lower, query: '?allowOlder=true' })).status).toBe(201)
    // The same once more is no new one.
    expect((await upload({ more: lower })).status).toBe(200)
    const { rows } = await office.db.pool.query(
      `SELECT params FROM event WHERE code = 'packageAdded' ORDER BY id DESC LIMIT 1`,
    )
    expect(rows[0]?.params).toMatchObject({ version: 97_400, olderThan: 97_500, signer: 'alice' })
  })
})

describeWith(['ssh-keygen'], 'unsigned packages, let pass', () => {
  let own: HeadOffice
  beforeAll(async () => {
    own = await openHeadOffice()
  }, 60_000)
  afterAll(() => own?.close())

  test('are shown as such, announced, and warned of in every plan', async () => {
    await own.ask('POST', '/fleet', { json: { stores: [store('M1', [till('1')])] } })
    const added = await own.ask('POST', '/packages?kind=till&version=00096000&fileName=x.tgz', {
      body: 'a package',
      headers: { 'Content-Type': 'application/octet-stream' },
    })
    expect(added.json).toMatchObject({ signed: false, signer: null, signerKey: null, expiresAt: null })
    const { rows } = await own.db.pool.query(`SELECT code FROM event WHERE code LIKE 'package%' ORDER BY id`)
    expect(rows.map((row) => row.code)).toEqual(['packageAdded', 'packageUnsigned'])
    const shown = await own.ask('GET', `/packages/${added.json.id}`)
    expect(shown.json.trust).toEqual({ good: true, code: null, detail: null })
    const made = await own.ask('POST', '/rollouts', { json: { name: 'x', packageId: added.json.id } })
    expect([made.status, made.text.slice(0, 300)]).toEqual([201, expect.anything()])
    const warnings = made.json.warnings as { code: string; params: { packages: unknown[] } }[]
    expect(warnings.find((one) => one.code === 'packageUnsigned')?.params).toMatchObject({
      count: 1,
      packages: [{ kind: 'till', version: '00096000' }],
    })
  })
})
