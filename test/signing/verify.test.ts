/** The judge of signatures: what it says, how often ssh-keygen is asked, and what happens where it cannot be. */
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { createPackageTrust, type SignedPackage } from '../../src/signing/trust.ts'
import { createSignatureChecker } from '../../src/signing/verify.ts'
import { remove, temporary } from '../nightctl/flow.ts'
import { describeWith, findProgram } from '../support/needs.ts'
import { future, makeSigners, manifestFor, past, type Signers, sha256Of, textFor } from './rig.ts'

const dir = temporary()
const bytes = Buffer.from('a package')
const usualPath = process.env.PATH ?? ''
const usualTmp = process.env.TMPDIR
let signers: Signers

/** A folder whose ssh-keygen is this script; `$REAL` is the real one. */
function toolFolder(name: string, script: string): string {
  const folder = path.join(dir, name)
  mkdirSync(folder)
  const real = findProgram('ssh-keygen') ?? ''
  writeFileSync(path.join(folder, 'ssh-keygen'), `#!/bin/sh\nREAL='${real}'\n${script}\n`, { mode: 0o755 })
  return folder
}

/** In a folder of its own: other tests make such files in that of all. */
const leftBehind = () => readdirSync(tmpdir()).filter((name) => name.startsWith('nightshift-signature-'))

describeWith(['ssh-keygen'], 'the judge of signatures', () => {
  beforeAll(() => {
    mkdirSync(path.join(dir, 'tmp'))
    process.env.TMPDIR = path.join(dir, 'tmp')
    signers = makeSigners(path.join(dir, 'keys'), 'alice', 'bob', 'mallory')
  })
  beforeEach(() => signers.allow('alice', 'bob'))
  afterEach(() => {
    process.env.PATH = usualPath
  })
  afterAll(() => {
    if (usualTmp === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = usualTmp
    remove(dir)
  })

  test('says who signed, and with which key', async () => {
    const text = textFor(bytes)
    const verdict = await createSignatureChecker(signers.file).check(text, signers.sign('bob', text))
    expect(verdict).toMatchObject({ ok: true, signer: 'bob', key: expect.stringMatching(/^SHA256:.{43}$/) })
  })

  test('a line may name several, and the first of them is said', async () => {
    const line = readFileSync(signers.file, 'utf8').replace(/^alice /m, 'alice,release@example.org ')
    writeFileSync(signers.file, line)
    const text = textFor(bytes)
    const verdict = await createSignatureChecker(signers.file).check(text, signers.sign('alice', text))
    expect(verdict).toMatchObject({ ok: true, signer: 'alice' })
  })

  test('a key whose time is over, or that is for something else, is none', async () => {
    const text = textFor(bytes)
    const signature = signers.sign('alice', text)
    const usual = readFileSync(signers.file, 'utf8')
    const options = 'namespaces="nightshift-package"'
    for (const other of [`${options},valid-before="20200101"`, 'namespaces="git"']) {
      writeFileSync(signers.file, usual.replaceAll(options, other))
      expect((await createSignatureChecker(signers.file).check(text, signature)).ok).toBe(false)
    }
  })

  test('a thousand stores ask once; another list of signers asks again, and nothing stays behind', async () => {
    const log = path.join(dir, 'calls')
    writeFileSync(log, '')
    const folder = toolFolder('counting', `echo "$2" >>'${log}'\nexec "$REAL" "$@"`)
    process.env.PATH = `${folder}:${usualPath}`
    const before = leftBehind()
    const calls = () => readFileSync(log, 'utf8').trim().split('\n')
    const checker = createSignatureChecker(signers.file)
    const text = textFor(bytes)
    const signature = signers.sign('alice', text)
    writeFileSync(log, '')
    const verdicts = await Promise.all(Array.from({ length: 1000 }, () => checker.check(text, signature)))
    expect(verdicts.every((one) => one.ok)).toBe(true)
    expect(calls()).toEqual(['find-principals', 'verify'])
    signers.allow('bob')
    expect(await checker.check(text, signature)).toMatchObject({ ok: false, code: 'signerUnknown' })
    expect(calls()).toHaveLength(3)
    expect([before, leftBehind()]).toEqual([[], []])
  })

  test('a verdict is not kept for ever', async () => {
    let now = Date.now()
    const checker = createSignatureChecker(signers.file, () => now)
    const text = textFor(bytes)
    const signature = signers.sign('alice', text)
    expect((await checker.check(text, signature)).ok).toBe(true)
    process.env.PATH = path.join(dir, 'nowhere')
    expect((await checker.check(text, signature)).ok).toBe(true)
    now += 61_000
    expect(await checker.check(text, signature)).toMatchObject({ ok: false, code: 'signatureToolMissing' })
    process.env.PATH = usualPath
    // What could not be judged is judged again.
    expect((await checker.check(text, signature)).ok).toBe(true)
  })

  test.each([
    ['is not installed', undefined],
    ['is older than signatures', 'echo "unknown option -- Y" >&2; exit 1'],
    ['says everything is well', 'exit 0'],
  ])('ssh-keygen %s: nothing passes', async (label, script) => {
    const text = textFor(bytes)
    const signature = signers.sign('alice', text)
    process.env.PATH = script === undefined ? path.join(dir, 'nowhere') : toolFolder(label, script)
    const verdict = await createSignatureChecker(signers.file).check(text, signature)
    const code = script === 'exit 0' ? 'signerUnknown' : 'signatureToolMissing'
    expect(verdict).toMatchObject({ ok: false, code })
  })

  test.each([
    ['is not there', () => rmSync(signers.file)],
    ['is empty', () => writeFileSync(signers.file, '')],
    ['names nobody', () => writeFileSync(signers.file, '# nobody\n\n')],
    [
      'is a folder',
      () => {
        rmSync(signers.file)
        symlinkSync(dir, signers.file)
      },
    ],
  ])('the list of signers %s: nothing passes, and that is what is said', async (_label, spoil) => {
    const text = textFor(bytes)
    const signature = signers.sign('alice', text)
    spoil()
    const verdict = await createSignatureChecker(signers.file).check(text, signature)
    rmSync(signers.file, { force: true })
    expect(verdict).toMatchObject({ ok: false, code: 'signersMissing' })
  })

  const row = (change: Partial<SignedPackage> = {}, text = textFor(bytes)): SignedPackage => {
    const { fileName: _n, signedAt: _s, expires: _e, ...facts } = manifestFor(bytes)
    return {
      ...facts,
      size: BigInt(bytes.length),
      manifest: text,
      signature: signers.sign('alice', text),
      ...change,
    }
  }
  const trust = (unsigned: 'refuse' | 'allow' = 'refuse') =>
    createPackageTrust({ signersFile: signers.file, unsigned })

  test.each<[string, () => SignedPackage, string | undefined]>([
    ['as it was signed', () => row(), undefined],
    ['signed until later', () => row({}, textFor(bytes, { expires: future() })), undefined],
    ['unsigned', () => row({ manifest: null, signature: null }), 'unsigned'],
    ['expired', () => row({}, textFor(bytes, { expires: past() })), 'packageExpired'],
    ['another digest in its row', () => row({ sha256: sha256Of(Buffer.from('b')) }), 'digestMismatch'],
    ['another kind in its row', () => row({ kind: 'storeServer' }), 'manifestDiffers'],
    ['a higher version in its row', () => row({ version: 97_000 }), 'manifestDiffers'],
    ['another trait in its row', () => row({ firmware: true }), 'manifestDiffers'],
    ['a manifest that is none', () => row({ manifest: '{}' }), 'manifestInvalid'],
    [
      'another signature',
      () => row({ signature: signers.sign('alice', textFor(bytes, { version: 1 })) }),
      'signatureInvalid',
    ],
  ])('a package %s', async (_label, make, code) => {
    const judged = await trust().judge(make())
    expect(judged.good ? undefined : judged.code).toBe(code)
  })

  test('unsigned passes only where the policy says so, and a bad signature never does', async () => {
    const unsigned = row({ manifest: null, signature: null })
    expect(await trust('allow').judge(unsigned)).toEqual({ good: true, signed: false })
    signers.allow('bob')
    expect(await trust('allow').judge(row())).toMatchObject({ good: false, code: 'signerUnknown' })
  })
})
