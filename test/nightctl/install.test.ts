import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { statusData } from '../../src/device/contract.ts'
import {
  activations,
  armed,
  claimOf,
  finished,
  NEW,
  OLD,
  operationOf,
  PATIENCE,
  remove,
  restartWords,
  temporary,
  underEachShell,
  whenFree,
} from './flow.ts'
import { describePackage, makePackage, makeTill, type Till } from './support.ts'

vi.setConfig(PATIENCE)

underEachShell('restart and rollback', (shell) => {
  let dir: string
  let till: Till
  const status = async () => statusData.parse((await till.run(['status'])).answer.data)

  beforeEach(async () => {
    dir = temporary()
    till = await makeTill({ dir, shell, cashId: 'T-1', version: OLD, healthSeconds: 2 })
  })
  afterEach(async () => {
    await till.stop()
    remove(dir)
  })

  it('installs, confirms the running version, clears the arming, logs one activation', async () => {
    await armed(till, makePackage(dir, NEW, { format: 'tar' }))
    const words = restartWords(till, NEW, 'r1')
    const first = operationOf(await till.run(words))
    expect(first).toMatchObject({ id: 'r1', verb: 'restart', state: 'running' })
    expect((await till.run(words)).answer.class).toBe('done')
    expect(await finished(till, 'r1')).toMatchObject({ state: 'done', reason: null })
    expect(operationOf(await till.run(words))).toMatchObject({ state: 'done' })
    expect([await till.runningVersion(), till.linkedVersion()]).toEqual([NEW, NEW])
    expect(await status()).toMatchObject({
      previousVersion: OLD,
      armed: null,
      autoUpdate: false,
      version: NEW,
    })
    expect(activations(till)).toEqual([
      expect.stringMatching(/^activated 00096000 operation=r1 generation=\d+ at=/),
    ])
  })

  for (const behaviour of ['sick', 'crash', 'wrongVersion'] as const)
    it(`goes back by itself when the new version is ${behaviour}`, async () => {
      await armed(till, makePackage(dir, NEW, { behaviour }))
      await till.run(restartWords(till, NEW, 'r1'))
      expect(await finished(till, 'r1')).toMatchObject({ state: 'failed', reason: 'healthFailed' })
      expect([await till.runningVersion(), till.linkedVersion()]).toEqual([OLD, OLD])
      expect(await status()).toMatchObject({ previousVersion: null, armed: null, autoUpdate: false })
      expect(activations(till)).toEqual([])
      expect(till.log().filter((line) => line.startsWith('reverted 00095000 operation=r1 '))).toHaveLength(1)
    })

  it('looks a second time also when its limit passes between the two looks: hooks may be slow', async () => {
    till.setConf({ HEALTH_SECONDS: '0' })
    await armed(till, makePackage(dir, NEW))
    await till.run(restartWords(till, NEW, 'r1'))
    expect(await finished(till, 'r1')).toMatchObject({ state: 'done', reason: null })
    expect([await till.runningVersion(), till.linkedVersion()]).toEqual([NEW, NEW])
  })

  it('installs nothing of an archive that leads outside', async () => {
    const content = path.join(dir, 'evil')
    mkdirSync(path.join(content, 'd'), { recursive: true })
    writeFileSync(path.join(content, 'd', 'file'), 'x')
    symlinkSync('/tmp', path.join(content, 'link'))
    const pack = (name: string, ...words: string[]) => {
      const file = path.join(dir, name)
      execFileSync('tar', ['-C', content, '-cf', file, ...words])
      return describePackage(file, NEW)
    }
    const evil = [
      pack('up.tar', '-P', '--transform=s,^d/file,../escaped,', 'd/file'),
      pack('root.tar', '-P', `--transform=s,^d/file,${dir}/escaped,`, 'd/file'),
      pack('through.tar', 'link', '--transform=s,^d/file,link/escaped,', 'd/file'),
    ]
    for (const [number, p] of evil.entries()) {
      await armed(till, p)
      await till.run(restartWords(till, NEW, `evil-${number}`))
      expect(await finished(till, `evil-${number}`)).toMatchObject({
        state: 'failed',
        reason: 'installFailed',
      })
    }
    expect(readdirSync(dir)).not.toContain('escaped')
    expect(readdirSync(path.join(till.root, 'releases'))).toEqual([`${OLD}-000000000000`])
    expect(await till.runningVersion()).toBe(OLD)
  })

  it('does not install a package that was damaged after arming', async () => {
    const made = makePackage(dir, NEW)
    await armed(till, made)
    writeFileSync(path.join(till.root, 'staged', `${NEW}-${made.sha256}`), 'rotten')
    await till.run(restartWords(till, NEW, 'r1'))
    expect(await finished(till, 'r1')).toMatchObject({ state: 'failed', reason: 'packageDamaged' })
    expect(await till.runningVersion()).toBe(OLD)
  })

  /** From now on the till says of itself what `body` prints the second time that it is asked. */
  function atSecondLook(body: string): void {
    const hook = path.join(dir, 'hooks', 'second_look')
    const [shebang] = execFileSync('head', ['-n', '1', till.nightctl], { encoding: 'utf8' }).split('\n')
    const looks = `if [ -e ${dir}/looked ]; then ${body}; else : >${dir}/looked; echo activity=idle; fi`
    writeFileSync(hook, `${shebang}\n${looks}\n`, { mode: 0o755 })
    till.setConf({ STATUS_HOOK: hook })
  }

  it('looks at the till once more right before the switch', async () => {
    await armed(till, makePackage(dir, NEW))
    atSecondLook('echo activity=receipt')
    await till.run(restartWords(till, NEW, 'r1'))
    expect(await finished(till, 'r1')).toMatchObject({ state: 'failed', reason: 'receiptOpen' })
    expect([await till.runningVersion(), till.linkedVersion()]).toEqual([OLD, OLD])
    expect((await status()).armed).not.toBeNull()
  })

  it('lets one mutating verb work at a time', async () => {
    // The restart is held at its second look, until it is let go on.
    const go = path.join(dir, 'go')
    till.setConf({ HOOK_SECONDS: '100' })
    await armed(till, makePackage(dir, NEW))
    atSecondLook(`while [ ! -e ${go} ]; do sleep 0.1; done; echo activity=idle`)
    await till.run(restartWords(till, NEW, 'r1'))
    const words = ['block', '--on', 'true', ...claimOf(till, 'b1')]
    expect((await till.run(words)).answer).toMatchObject({ class: 'later', reason: 'deviceBusy' })
    expect(existsSync(go)).toBe(false)
    writeFileSync(go, '')
    expect(await finished(till, 'r1')).toMatchObject({ state: 'done' })
    expect((await whenFree(till, words)).answer.class).toBe('done')
  })

  it('rolls back to the version before, once, and not with a receipt open', async () => {
    await armed(till, makePackage(dir, NEW))
    await till.run(restartWords(till, NEW, 'r1'))
    await finished(till, 'r1')
    const back = (id: string) => whenFree(till, ['rollback', '--version', NEW, ...claimOf(till, id)])
    till.setStatus({ activity: 'receipt' })
    expect((await back('b0')).answer.reason).toBe('receiptOpen')
    till.setStatus({})
    expect(operationOf(await back('b1'))).toMatchObject({ verb: 'rollback', state: 'running' })
    expect(await finished(till, 'b1')).toMatchObject({ state: 'done' })
    expect([await till.runningVersion(), till.linkedVersion()]).toEqual([OLD, OLD])
    expect(operationOf(await back('b2'))).toMatchObject({ state: 'done' })
    const further = await whenFree(till, ['rollback', '--version', OLD, ...claimOf(till, 'b3')])
    expect(further.answer.reason).toBe('rollbackUnsupported')
  })
})
