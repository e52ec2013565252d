import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import {
  armData,
  autoUpdateData,
  describeData,
  disarmData,
  downloadData,
  operationData,
  type Status,
  statusData,
  verifyData,
} from '../../src/device/contract.ts'
import {
  armWords,
  claimOf,
  NEW,
  nextGeneration,
  OLD,
  PATIENCE,
  packageWords,
  remove,
  restartWords,
  stage,
  temporary,
  underEachShell,
} from './flow.ts'
import { type MadePackage, makePackage, makeTill, type Till } from './support.ts'

vi.setConfig(PATIENCE)

const CASH_ID = `7 "quoted" 'single' \\ $(id) касса`

underEachShell('every verb but the installing ones', (shell) => {
  const dir = temporary()
  let till: Till
  let made: MadePackage
  const status = async (): Promise<Status> => statusData.parse((await till.run(['status'])).answer.data)
  const refused = async (words: string[]) => {
    const { answer } = await till.run(words)
    expect(answer.class).toBe('refused')
    return answer.reason
  }

  beforeAll(async () => {
    till = await makeTill({ dir, shell, cashId: CASH_ID, version: OLD })
    made = makePackage(dir, NEW)
    await till.run(['status'])
  })
  afterAll(async () => {
    await till?.stop()
    remove(dir)
  })

  it('describes itself', async () => {
    const { answer } = await till.run(['describe'])
    expect(describeData.parse(answer.data)).toMatchObject({ contract: 1, kinds: ['till'] })
  })

  it('says what is known and null for what is not', async () => {
    till.setStatus({})
    const bare = await status()
    expect(bare).toMatchObject({ cashId: CASH_ID, version: OLD, previousVersion: null, health: 'healthy' })
    expect(bare).toMatchObject({ activity: 'unknown', shift: null, cashier: null, fiscal: null, sum: null })
    expect(bare.printer).toBeNull()
    till.setStatus({
      activity: 'technicalBreak',
      shift_open: 'true',
      shift_number: '17',
      sum: '-105',
      drawer: '1.5',
      cashier_kind: 'person',
      cashier_name: 'Мария "Маша" \\ \t\u0001',
      fiscal_flags: 'ofdOverdue,*,fnReplace',
      fiscal_ofd_length: '007',
      fiscal_valid_until: 'tomorrow',
    })
    const full = await status()
    expect(full).toMatchObject({ activity: 'technicalBreak', sum: -105, drawer: null })
    expect(full.shift).toEqual({ open: true, number: 17, openedAt: null })
    expect(full.cashier?.name).toBe('Мария "Маша" \\ \t\u0001')
    expect(full.fiscal).toMatchObject({
      flags: ['ofdOverdue', '*', 'fnReplace'],
      validUntil: null,
      ofdQueue: null,
    })
    for (const [said, understood] of [
      ['ready', 'ready'],
      ['notReady', 'notReady'],
      ['out of paper', null],
    ] as const) {
      till.setStatus({ activity: 'idle', printer: said })
      expect((await status()).printer).toBe(understood)
    }
    till.setStatus({ activity: 'idle', shift_open: 'false' })
  })

  it('calls a broken call usage', async () => {
    const common = claimOf(till, 'usage')
    const good = ['download', 'start', '--source', 'http://127.0.0.1/x', ...packageWords(made), ...common]
    const swapped = (from: string, to: string) => good.map((word) => (word === from ? to : word))
    const calls = [
      [],
      ['nothing'],
      ['status', 'word'],
      ['download', 'begin'],
      ['operation'],
      ['operation', '../../etc/passwd'],
      ['operation', 'x'.repeat(81)],
      good.slice(0, -2),
      [...good, '--generation', '1'],
      [...good, '--extra', '1'],
      [...good, 'word'],
      good.slice(0, -1),
      swapped('http://127.0.0.1/x', 'ftp://127.0.0.1/x'),
      swapped('http://127.0.0.1/x', 'http://127.0.0.1'),
      swapped('http://127.0.0.1/x', 'http://127.0.0.1/x y'),
      swapped('http://127.0.0.1/x', 'sftp://-oProxyCommand=x@host/x'),
      swapped('http://127.0.0.1/x', 'sftp://host/x'),
      swapped('http://127.0.0.1/x', 'http://host:0/x'),
      swapped(NEW, '96'),
      swapped(made.sha256, made.sha256.toUpperCase()),
      swapped(String(made.size), '08'),
      ['block', '--on', 'yes', ...common],
      ['clean', '--keep', '-1', ...common],
      ['arm', '--version', NEW, '--sha256', made.sha256, '--expires-in', '0', ...common],
    ]
    for (const words of calls) {
      const { answer } = await till.run(words)
      expect([words.join(' '), answer.class]).toEqual([words.join(' '), 'usage'])
    }
    expect((await status()).generation).toBe(0)
  })

  it('refuses what is meant for another device before it looks at anything else', async () => {
    const words = [
      'arm',
      '--version',
      'x',
      '--cash-id',
      `${CASH_ID} `,
      '--operation',
      'o',
      '--generation',
      '1',
    ]
    expect(await refused(words)).toBe('wrongDevice')
    expect((await status()).generation).toBe(0)
  })

  it('keeps the highest generation, refuses a lower one, answers a repeated operation from its record', async () => {
    const high = nextGeneration() + 100
    const block = (on: string, operation: string, generation: number) =>
      till.run(['block', '--on', on, ...claimOf(till, operation, generation)])
    expect((await block('true', 'block-1', high)).answer.class).toBe('done')
    expect((await block('false', 'block-2', high - 1)).answer.reason).toBe('superseded')
    expect((await status()).blocked).toBe(true)
    expect((await block('false', 'block-3', high)).answer.class).toBe('done')
    expect((await block('true', 'block-1', 1)).answer.class).toBe('done')
    expect(await status()).toMatchObject({ blocked: false, generation: high })
    const { answer } = await till.run(['operation', 'block-1'])
    expect(operationData.parse(answer.data).operation).toMatchObject({
      verb: 'block',
      generation: high,
      state: 'done',
    })
    for (let i = 0; i < 101; i++) nextGeneration()
  })

  it('does not know an operation it was never given', async () => {
    const { answer } = await till.run(['operation', 'never'])
    expect(operationData.parse(answer.data).operation.state).toBe('unknown')
  })

  it('verifies, and removes what is damaged', async () => {
    expect(await refused(['verify', ...packageWords(made)])).toBe('packageMissing')
    const file = stage(till, made)
    const { answer } = await till.run(['verify', ...packageWords(made)])
    expect(verifyData.parse(answer.data).verified).toBe(true)
    expect((await status()).staged).toEqual([{ version: NEW, sha256: made.sha256, size: made.size }])
    appendFileSync(file, 'x')
    expect(await refused(['verify', ...packageWords(made)])).toBe('packageDamaged')
    expect(existsSync(file)).toBe(false)
  })

  it('arms, remembers the switch, and disarming puts it back', async () => {
    expect(await refused(armWords(till, made))).toBe('packageMissing')
    stage(till, made)
    const first = armData.parse((await till.run(armWords(till, made))).answer.data)
    expect(first).toMatchObject({ armed: { version: NEW }, formerAutoUpdate: false })
    expect(await status()).toMatchObject({ autoUpdate: true, armed: { sha256: made.sha256 } })
    const again = armData.parse((await till.run(armWords(till, made))).answer.data)
    expect(again.formerAutoUpdate).toBe(false)
    for (const id of ['disarm-1', 'disarm-2']) {
      const { answer } = await till.run(['disarm', ...claimOf(till, id)])
      expect(disarmData.parse(answer.data)).toEqual({ armed: null, autoUpdate: false })
    }
    expect(await status()).toMatchObject({ autoUpdate: false, armed: null })
  })

  it('sets the standing switch; while armed, what it is put back to', async () => {
    const set = async (on: boolean, id: string) => {
      const { answer } = await till.run(['auto-update', '--on', String(on), ...claimOf(till, id)])
      return autoUpdateData.parse(answer.data)
    }
    expect(describeData.parse((await till.run(['describe'])).answer.data).capabilities.autoUpdate).toBe(true)
    expect(await set(true, 'switch-1')).toEqual({ autoUpdate: true })
    expect(await status()).toMatchObject({ autoUpdate: true, armed: null })
    expect(armData.parse((await till.run(armWords(till, made))).answer.data).formerAutoUpdate).toBe(true)
    const before = (await status()).armed
    expect(await set(false, 'switch-2')).toEqual({ autoUpdate: false })
    // Armed it stays on, with everything that it was armed with.
    expect(await status()).toMatchObject({ autoUpdate: true, armed: before })
    expect(await set(true, 'switch-1')).toEqual({ autoUpdate: true })
    const { answer } = await till.run(['disarm', ...claimOf(till, 'disarm-switch')])
    expect(disarmData.parse(answer.data)).toEqual({ armed: null, autoUpdate: false })
    expect(await set(true, 'switch-3')).toEqual({ autoUpdate: true })
    await till.run(armWords(till, made))
    expect(await set(false, 'switch-4')).toEqual({ autoUpdate: false })
    const file = path.join(till.root, 'state', 'armed')
    writeFileSync(file, readFileSync(file, 'utf8').replace(/^until=.*$/m, 'until=1'))
    expect(await status()).toMatchObject({ armed: null, autoUpdate: false })
    expect((await till.run(['auto-update', '--on', 'yes', ...claimOf(till, 'x')])).answer.class).toBe('usage')
    expect(
      await refused([
        'auto-update',
        '--on',
        'true',
        '--cash-id',
        'x',
        '--operation',
        'o',
        '--generation',
        '1',
      ]),
    ).toBe('wrongDevice')
    await till.run(['disarm', ...claimOf(till, 'disarm-switch-2')])
  })

  it('counts the time of an arming from the call, however long the checking takes', async () => {
    const slow = path.join(dir, `slow-check-${path.basename(till.root)}`)
    writeFileSync(slow, '#!/bin/sh\nsleep 2\n', { mode: 0o755 })
    till.setConf({ SIGNATURE_HOOK: slow })
    const { armed } = armData.parse((await till.run(armWords(till, made))).answer.data)
    const left = (Date.parse(armed.until) - Date.now()) / 1000
    till.setConf({ SIGNATURE_HOOK: '' })
    const asked = Number(armWords(till, made)[armWords(till, made).indexOf('--expires-in') + 1])
    expect(left).toBeLessThanOrEqual(asked - 2)
    expect(left).toBeGreaterThan(asked - 30)
    await till.run(['disarm', ...claimOf(till, 'disarm-slow')])
  })

  it('forgets an arming whose time is over, and one made by a clock that has since gone back', async () => {
    const file = path.join(till.root, 'state', 'armed')
    const change = (pattern: RegExp, text: string) =>
      writeFileSync(file, readFileSync(file, 'utf8').replace(pattern, text))
    const spoil = [
      () => change(/^until=.*$/m, 'until=1'),
      () => change(/^made=.*$/m, `made=${Math.floor(Date.now() / 1000) + 3600}`),
      () => change(/^up=.*$/m, 'up=0\nlasts=0'),
    ]
    for (const [number, change] of spoil.entries()) {
      await till.run(armWords(till, made))
      change()
      expect(await status()).toMatchObject({ armed: null, autoUpdate: false })
      expect(await refused(restartWords(till, NEW, `late-${number}`))).toBe('armingExpired')
      expect(existsSync(file)).toBe(false)
    }
  })

  it('refuses a restart while the till is in use, unknown, blocked, or armed with something else', async () => {
    const ask = (version = NEW) => refused(restartWords(till, version, `refused-${nextGeneration()}`))
    expect(await ask()).toBe('armingExpired')
    await till.run(armWords(till, made))
    expect(await ask(OLD)).toBe('armingExpired')
    for (const [activity, reason] of [
      ['receipt', 'receiptOpen'],
      ['payment', 'receiptOpen'],
      ['unknown', 'activityUnknown'],
      ['dancing', 'activityUnknown'],
    ] as const) {
      till.setStatus({ activity })
      expect(await ask()).toBe(reason)
    }
    till.setStatus({ activity: 'idle' })
    await till.run(['block', '--on', 'true', ...claimOf(till, 'block-4')])
    expect(await ask()).toBe('tillBlocked')
    await till.run(['block', '--on', 'false', ...claimOf(till, 'block-5')])
    expect(await till.runningVersion()).toBe(OLD)
    expect((await status()).armed).not.toBeNull()
    await till.run(['disarm', ...claimOf(till, 'disarm-3')])
  })

  it('has no room: diskFull, and nothing is begun', async () => {
    till.setConf({ DISK_MARGIN_KB: '99999999', UNPACK_FACTOR: '99999999' })
    const other = { ...made, sha256: '0'.repeat(64), size: 999_999_999_999 }
    const source = ['--source', 'http://127.0.0.1:9/x']
    const start = ['download', 'start', ...source, ...packageWords(other), ...claimOf(till, 'full-1')]
    expect(await refused(start)).toBe('diskFull')
    expect(await refused(armWords(till, made))).toBe('diskFull')
    till.setConf({ DISK_MARGIN_KB: '16', UNPACK_FACTOR: '3' })
    const { answer } = await till.run(['download', 'status', '--sha256', other.sha256])
    expect(downloadData.parse(answer.data).download).toMatchObject({ state: 'none', received: 0 })
  })

  it('takes a message as text and nothing else', async () => {
    const text = `$(touch ${dir}/pwned) \`id\`\n"двери" '; rm -rf /`
    const { answer } = await till.run(['message', ...claimOf(till, 'message-1')], { input: text })
    expect(answer).toMatchObject({ class: 'done', data: {} })
    expect(readFileSync(path.join(till.root, 'state', 'message'), 'utf8')).toBe(`${text}\n`)
    expect(existsSync(`${dir}/pwned`)).toBe(false)
  })

  it('closes a shift that is closed, and says why it cannot close another', async () => {
    const close = (id: string) => till.run(['close-shift', ...claimOf(till, id)])
    till.setStatus({ activity: 'idle', shift_open: 'false' })
    expect((await close('close-1')).answer.class).toBe('done')
    till.setStatus({ activity: 'idle', shift_open: 'true' })
    expect((await close('close-2')).answer.reason).toBe('shiftOpen')
    till.setStatus({ activity: 'receipt', shift_open: 'true' })
    expect((await close('close-3')).answer.reason).toBe('receiptOpen')
    till.setStatus({ activity: 'idle' })
  })

  it('cleans packages, but not the armed one', async () => {
    stage(till, made)
    await till.run(armWords(till, made))
    stage(till, makePackage(dir, '00097000'))
    stage(till, makePackage(dir, '00098000'))
    const { answer } = await till.run(['clean', '--keep', '0', ...claimOf(till, 'clean-1')])
    expect(answer).toMatchObject({ class: 'done', data: {} })
    expect((await status()).staged.map((s) => s.version)).toEqual([NEW])
    expect(await till.runningVersion()).toBe(OLD)
    await till.run(['disarm', ...claimOf(till, 'disarm-4')])
  })
})
