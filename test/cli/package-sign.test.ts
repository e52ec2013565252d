/** `nightshift package sign`, as it is typed; keys are ssh-keygen's own. */
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { readExpiry } from '../../src/cli/package-sign.ts'
import { readManifest } from '../../src/rollout/manifest.ts'
import { remove, temporary } from '../nightctl/flow.ts'
import { makeSigners, type Signers, sha256Of } from '../signing/rig.ts'
import { describeWith } from '../support/needs.ts'
import { startProcess } from '../support/process.ts'

describeWith(['ssh-keygen'], 'nightshift package sign', () => {
  const dir = temporary()
  const file = path.join(dir, 'till-96.tgz')
  const bytes = Buffer.from('a package')
  let signers: Signers

  beforeAll(() => {
    signers = makeSigners(path.join(dir, 'keys'), 'alice', 'mallory')
    signers.allow('alice')
  })
  beforeEach(() => writeFileSync(file, bytes))
  afterAll(() => remove(dir))

  async function run(...words: string[]) {
    const child = startProcess(['package', 'sign', file, ...words], { NIGHTSHIFT_SIGNERS: signers.file })
    return { status: await child.ended(60_000), text: child.output() }
  }
  const usual = ['--kind', 'till', '--version', '00096000']
  const sign = (...more: string[]) => run(...usual, '--key', signers.key('alice'), ...more)

  test('signs, says what was signed, and finds it good', async () => {
    const traits = [
      '--min-version',
      '00095000',
      '--expires',
      '90d',
      '--ffd',
      '1.05,1.2',
      '--can-go-back',
      'false',
    ]
    const signed = await sign(...traits, '--needs-server')
    expect([signed.status, signed.text]).toEqual(['0', expect.stringContaining('"00096000"')])
    const read = readManifest(readFileSync(`${file}.manifest`, 'utf8'))
    expect(read).toMatchObject({
      ok: true,
      manifest: {
        ...{ kind: 'till', version: 96_000, minVersion: 95_000, fileName: 'till-96.tgz' },
        ...{ size: bytes.length, sha256: sha256Of(bytes), ffd: ['1.05', '1.2'], canGoBack: false },
        ...{ needsServer: true, updatesTills: false, firmware: false },
      },
    })
    const checked = await run('--check', '--json')
    expect(checked.status).toBe('0')
    expect(JSON.parse(checked.text)).toMatchObject({ good: true, signer: 'alice' })
  }, 240_000)

  test.each<[string, () => void, string]>([
    ['a flipped byte', () => writeFileSync(file, 'a pbckage'), 'digestMismatch'],
    ['a byte more', () => writeFileSync(file, 'a package.'), 'manifestDiffers size'],
    [
      'a signer who was removed',
      () => execFileSync('sh', ['-c', `echo '# nobody' >"$0"`, signers.file]),
      'signersMissing',
    ],
  ])(
    '--check refuses %s',
    async (_label, spoil, code) => {
      await sign()
      spoil()
      const checked = await run('--check')
      signers.allow('alice')
      expect([checked.status, checked.text]).toEqual(['1', expect.stringContaining(code)])
    },
    240_000,
  )

  test('signs again over what was there, and a key that is not allowed is found out', async () => {
    await sign()
    const again = await run(...usual, '--key', signers.key('mallory'))
    expect([again.status, again.text]).toEqual(['0', expect.stringContaining('signed')])
    const checked = await run('--check')
    expect([checked.status, checked.text]).toEqual(['1', expect.stringContaining('signerUnknown')])
  }, 240_000)

  test.each([
    [['--kind', 'till', '--version', '96', '--key', 'k'], '--version'],
    [['--kind', 'toaster', '--version', '00096000', '--key', 'k'], '--kind'],
    [[...usual, '--min-version', '00096000', '--key', 'k'], '--min-version'],
    [[...usual, '--expires', 'soon', '--key', 'k'], '--expires'],
    [[...usual, '--can-go-back', 'perhaps', '--key', 'k'], '--can-go-back'],
    [[...usual, '--name', '../x', '--key', 'k'], '--name'],
    [usual, '--key'],
  ])(
    '%s is refused by its name',
    async (words, option) => {
      const { status, text } = await run(...(words as string[]))
      expect([status, text]).toEqual(['64', expect.stringContaining(option as string)])
    },
    120_000,
  )

  test('a key that is not there fails, in the words of ssh-keygen', async () => {
    const { status, text } = await run(...usual, '--key', path.join(dir, 'none'))
    expect([status, text]).toEqual(['1', expect.stringContaining('could not sign')])
  }, 120_000)
})

test.each([
  ['12h', '2026-11-23T09:00:00Z'],
  ['90d', '2027-02-20T21:00:00Z'],
  ['2w', '2026-12-06T21:00:00Z'],
  ['2027-03-01', '2027-03-01T00:00:00Z'],
  ['2027-03-01T03:00:00+03:00', '2027-03-01T00:00:00Z'],
])('--expires %s', (said, at) => {
  expect(readExpiry(said, Date.parse('2026-11-22T21:00:00Z'))).toBe(at)
})
