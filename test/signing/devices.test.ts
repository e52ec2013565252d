/** A device that checks signatures refuses what is not good: the reference nightctl and the simulator by one table. */
import { copyFileSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as commands from '../../src/device/commands.ts'
import { describeData, operationData, statusData } from '../../src/device/contract.ts'
import type { PackageManifest } from '../../src/rollout/manifest.ts'
import { remove, temporary, whenFree } from '../nightctl/flow.ts'
import { makePackage, makeTill, type Shell } from '../nightctl/support.ts'
import { drive, TILL } from '../sim/driver.ts'
import { rig, storeOf } from '../sim/support.ts'
import { describeWith, findProgram } from '../support/needs.ts'
import { until } from '../support/until.ts'
import { future, makeSigners, past, type Signers, sha256Of, textFor } from './rig.ts'

const CASH_ID = TILL
const NEWER = 96_000
const OLDER = 94_000

interface Answer {
  readonly class: string
  readonly reason: string | null
  readonly data?: unknown
}

interface Bench {
  call(call: commands.Call): Promise<Answer>
  /** Puts a package where a finished download leaves it. */
  stage(file: string, p: commands.PackageRef, claim: commands.Claim): Promise<void>
  end(): Promise<void>
}

async function shellBench(dir: string, shell: Shell, signers: string): Promise<Bench> {
  const till = await makeTill({
    dir: path.join(dir, 'till'),
    shell,
    cashId: CASH_ID,
    version: '00095000',
    conf: { SIGNERS: signers },
  })
  if (shell === 'busyboxOnly')
    symlinkSync(findProgram('ssh-keygen') ?? '', path.join(till.dir, 'bin', 'ssh-keygen'))
  await till.run(['status'])
  return {
    call: async ({ args, input }) =>
      (await whenFree(till, args, input === undefined ? {} : { input })).answer,
    stage: async (file, { version, sha256 }) =>
      copyFileSync(file, path.join(till.root, 'staged', `${String(version).padStart(8, '0')}-${sha256}`)),
    end: () => till.stop(),
  }
}

async function simBench(signers: string): Promise<Bench> {
  const rigged = await rig({ signers })
  const driver = drive(rigged)
  const bench: Bench = {
    call: ({ args, input = '' }) => driver.call({ args, input }),
    stage: async (file, p, claim) => {
      const { packageFolder, packageUrl } = storeOf(rigged.fleet)
      const name = `${p.sha256}.pkg`
      copyFileSync(file, path.join(packageFolder, name))
      await bench.call(commands.downloadStart(claim, `${packageUrl}/${name}`, p))
      await until(async () => (await driver.status()).staged.some((one) => one.sha256 === p.sha256), {
        within: 20_000,
        label: 'staged',
      })
    },
    end: () => rigged.end(),
  }
  return bench
}

const benches = [
  ['nightctl under dash', ['dash'], (dir: string, signers: Signers) => shellBench(dir, 'dash', signers.file)],
  [
    'nightctl under BusyBox',
    ['busybox'],
    (dir: string, signers: Signers) => shellBench(dir, 'busyboxOnly', signers.file),
  ],
  ['the simulator', [], (_dir: string, signers: Signers) => simBench(signers.file)],
] as const

for (const [name, programs, open] of benches)
  describeWith(['ssh-keygen', ...programs], `${name} and signatures`, () => {
    const dir = temporary()
    let bench: Bench
    let signers: Signers
    let bytes: Buffer
    let target: commands.PackageRef
    let generation = 1000
    const claim = (verb: string): commands.Claim => ({
      cashId: CASH_ID,
      operation: `${verb}-${++generation}`,
      generation,
    })

    beforeAll(async () => {
      signers = makeSigners(path.join(dir, 'keys'), 'alice', 'bob', 'mallory')
      signers.allow('alice', 'bob')
      bench = await open(dir, signers)
      const made = makePackage(dir, '00096000')
      bytes = readFileSync(made.file)
      target = { version: NEWER, size: made.size, sha256: made.sha256 }
      await bench.stage(made.file, target, claim('stage'))
    })
    afterAll(async () => {
      await bench?.end()
      remove(dir)
    })

    const verify = (manifest: string, signature: string) =>
      bench.call(commands.verify(target, { manifest, signature }))
    const arm = () => bench.call(commands.arm(claim('arm'), target, 600))
    const status = async () => statusData.parse((await bench.call(commands.status())).data)
    const signature = async () =>
      describeData.parse((await bench.call(commands.describe())).data).capabilities.signature

    it('says that it can', async () => {
      expect(await signature()).toBe(true)
    })

    it('refuses to arm what was never verified', async () => {
      expect(await arm()).toMatchObject({ class: 'refused', reason: 'signatureInvalid' })
      expect(await bench.call(commands.verify(target))).toMatchObject({
        class: 'refused',
        reason: 'signatureInvalid',
      })
    })

    const another = (more: Partial<PackageManifest>) => () => textFor(bytes, more)
    const cases: readonly (readonly [string, () => string, (text: string) => string])[] = [
      ['a signer nobody knows', another({}), (text) => signers.sign('mallory', text)],
      ['a signature for something else', another({}), (text) => signers.sign('alice', text, 'file')],
      [
        'a flipped byte of the manifest',
        another({}),
        (text) => signers.sign('alice', text.replace('null', 'true')),
      ],
      ['a manifest of another kind', another({ kind: 'storeServer' }), (text) => signers.sign('alice', text)],
      ['a manifest of a higher version', another({ version: 97_000 }), (text) => signers.sign('alice', text)],
      ['a manifest of a lower version', another({ version: 95_500 }), (text) => signers.sign('alice', text)],
      ['a manifest of another size', another({ size: 17 }), (text) => signers.sign('alice', text)],
      [
        'a manifest of another file',
        another({ sha256: 'ab'.repeat(32) }),
        (text) => signers.sign('alice', text),
      ],
      ['an expired manifest', another({ expires: past() }), (text) => signers.sign('alice', text)],
      ['a minimum above what runs', another({ minVersion: 95_001 }), (text) => signers.sign('alice', text)],
      [
        'a manifest with blanks',
        () => textFor(bytes).replace('{', '{ '),
        (text) => signers.sign('alice', text),
      ],
      [
        'two manifests in one text',
        () => textFor(bytes, { kind: 'storeServer' }) + textFor(bytes),
        (text) => signers.sign('alice', text),
      ],
      ['no signature at all', another({}), () => ''],
      ['a signature that is none', another({}), () => 'signed, sincerely\n'],
    ]
    it.each(cases)('refuses %s', async (_label, make, sign) => {
      const text = make()
      expect(await verify(text, sign(text))).toMatchObject({ class: 'refused', reason: 'signatureInvalid' })
      expect(await arm()).toMatchObject({ class: 'refused', reason: 'signatureInvalid' })
    })

    it.each([
      ['nothing', ''],
      ['no JSON', 'manifest'],
      ['half of it', '{"manifest":"x"}\n'],
      ['too much', `{"manifest":"${'x'.repeat(20_000)}","signature":"x"}\n`],
      ['shell', '{"manifest":"$(touch /tmp/x)`id`","signature":"; id"}\n'],
    ])('refuses a standard input of %s', async (_label, input) => {
      const { args } = commands.verify(target, { manifest: '', signature: '' })
      expect(await bench.call({ args, input })).toMatchObject({
        class: 'refused',
        reason: 'signatureInvalid',
      })
    })

    it('takes a good one, armed and disarmed', async () => {
      const text = textFor(bytes, { expires: future(), minVersion: 95_000, ffd: ['1.05', '1.2'] })
      expect(await verify(text, signers.sign('alice', text))).toMatchObject({
        class: 'done',
        data: { verified: true },
      })
      // What is kept beside it is no package.
      expect((await status()).staged).toHaveLength(1)
      expect((await arm()).class).toBe('done')
      expect((await bench.call(commands.disarm(claim('disarm')))).class).toBe('done')
    })

    it('refuses a signer who was removed: to arm, to verify, and an installation that is armed already', async () => {
      const text = textFor(bytes)
      expect((await verify(text, signers.sign('alice', text))).class).toBe('done')
      signers.allow('bob')
      expect(await arm()).toMatchObject({ class: 'refused', reason: 'signatureInvalid' })
      expect(await verify(text, signers.sign('alice', text))).toMatchObject({ reason: 'signatureInvalid' })
      signers.allow('alice', 'bob')
      expect((await arm()).class).toBe('done')
      signers.allow('bob')
      const restart = commands.restart(claim('restart'), NEWER)
      await bench.call(restart)
      const id = restart.args[restart.args.indexOf('--operation') + 1] ?? ''
      const ended = await until(
        async () => {
          const { operation } = operationData.parse((await bench.call(commands.operation(id))).data)
          return operation.state === 'failed' || operation.state === 'done' ? operation : false
        },
        { within: 90_000, label: 'the restart ends' },
      )
      expect(ended).toMatchObject({ state: 'failed', reason: 'signatureInvalid' })
      expect(await status()).toMatchObject({ version: '00095000', armed: null, autoUpdate: false })
      signers.allow('alice', 'bob')
    })

    it('cannot check without a list of signers, and then lets nothing pass', async () => {
      const text = textFor(bytes)
      const armored = signers.sign('alice', text)
      renameSync(signers.file, `${signers.file}.away`)
      expect(await verify(text, armored)).toMatchObject({ class: 'refused', reason: 'signatureInvalid' })
      expect(await arm()).toMatchObject({ class: 'refused', reason: 'signatureInvalid' })
      renameSync(`${signers.file}.away`, signers.file)
      expect((await verify(text, armored)).class).toBe('done')
    })

    it('never arms a version below the one that runs', async () => {
      const file = path.join(dir, 'older.pkg')
      writeFileSync(file, 'an older package')
      const older = readFileSync(file)
      const lower = { version: OLDER, size: older.length, sha256: sha256Of(older) }
      await bench.stage(file, lower, claim('stage'))
      const text = textFor(older, { version: OLDER })
      const signed = { manifest: text, signature: signers.sign('alice', text) }
      expect((await bench.call(commands.verify(lower, signed))).class).toBe('done')
      const answer = await bench.call(commands.arm(claim('arm'), lower, 600))
      expect(answer).toMatchObject({ class: 'refused', reason: 'versionLower' })
      expect((await status()).armed).toBeNull()
      rmSync(file)
    })

    it('installs what was signed', async () => {
      const text = textFor(bytes, { expires: future() })
      expect((await verify(text, signers.sign('bob', text))).class).toBe('done')
      expect((await arm()).class).toBe('done')
      await bench.call(commands.restart(claim('restart'), NEWER))
      await until(async () => (await status()).version === '00096000', {
        within: 90_000,
        label: 'the new version runs',
      })
    })
  })

describe('a device without a list of signers', () => {
  it('says that it cannot check, and is sent none', async () => {
    const rigged = await rig()
    const driver = drive(rigged)
    const said = describeData.parse((await driver.call(commands.describe())).data)
    expect(said.capabilities.signature).toBe(false)
    const packed = await driver.publish()
    await driver.staged(packed)
    expect((await driver.call(commands.verify(packed))).class).toBe('done')
    await rigged.end()
  })
})
