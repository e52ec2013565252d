/** The UKM 4 template: refuses until it is filled in; filled in, it conforms; what it cannot see blocks. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openSource } from '../../src/conformance/source.ts'
import { downloadData, operationData, type Status, statusData } from '../../src/device/contract.ts'
import { failures, tryLocal, verdictsOf } from '../conformance/rig.ts'
import { remove, temporary } from '../nightctl/flow.ts'
import type { MadePackage } from '../nightctl/support.ts'
import { describeWith } from '../support/needs.ts'
import { until } from '../support/until.ts'
import { makeUkm4Till, type Shell, type Ukm4Till } from './ukm4-till.ts'

const template = readFileSync(path.resolve(import.meta.dirname, '../../adapters/ukm4/ukm4.conf'), 'utf8')
const captures = [...template.matchAll(/^([A-Z_]+)=CAPTURE/gm)].map(([, name]) => name ?? '')
const verbs = [
  ['describe'],
  ['status'],
  ['operation', 'x'],
  ['download', 'stop', '--cash-id', '50001002', '--operation', 'a', '--generation', '1'],
  ['restart', '--version', '00096000', '--cash-id', '50001002', '--operation', 'a', '--generation', '1'],
  ['frobnicate'],
]

function suite(shell: Shell): void {
  let dir: string
  let till: Ukm4Till
  beforeEach(() => {
    dir = temporary()
    till = makeUkm4Till(dir, shell)
  })
  afterEach(async () => {
    await till?.stop()
    remove(dir)
  })
  const status = (): Status => statusData.parse(till.run(['status']).answer.data)
  const claim = (id: string) => ['--cash-id', '50001002', '--operation', id, '--generation', '1']

  /** Fetched from a server of the test's, and armed. */
  async function armed(made: MadePackage): Promise<void> {
    const source = await openSource('127.0.0.1', 0)
    const { url } = source.offer('ukm4-till.tgz', readFileSync(made.file))
    const words = ['--version', made.version, '--size', String(made.size), '--sha256', made.sha256]
    // The server is in this process, so no call may wait for it: only download status is asked.
    till.run(['download', 'start', '--source', url, ...words, ...claim('d')])
    await until(
      () => {
        const { download } = downloadData.parse(
          till.run(['download', 'status', '--sha256', made.sha256]).answer.data,
        )
        return download.state === 'done'
      },
      { within: 60_000, label: 'it is there', every: 200 },
    ).finally(() => source.close())
    const { answer } = till.run([
      'arm',
      '--version',
      made.version,
      '--sha256',
      made.sha256,
      '--expires-in',
      '600',
      ...claim('a'),
    ])
    expect(answer.class).toBe('done')
  }

  const restart = () => till.run(['restart', '--version', '00096000', ...claim('r')]).answer
  const ended = () =>
    until(
      () => {
        const { operation } = operationData.parse(till.run(['operation', 'r']).answer.data)
        return operation.state === 'running' ? false : operation
      },
      { within: 60_000, label: 'the restart ends', every: 200 },
    )

  it('refuses every verb until the last setting is filled in, and names it', () => {
    expect(captures.length).toBeGreaterThan(8)
    for (const name of captures) {
      till.set({ [name]: 'CAPTURE still to be found' })
      const [verb = []] = verbs
      const { answer, stderr } = till.run(verb)
      expect([answer.class, answer.reason]).toEqual(['refused', 'internalError'])
      expect(stderr).toMatch(new RegExp(`is not filled in: ${name}$`, 'm'))
    }
    till.set({ DATABASE: '', RECEIPT_OPEN_QUERY: 'CAPTURE x' })
    for (const verb of verbs) {
      const { answer, stderr } = till.run(verb)
      expect([answer.class, answer.reason]).toEqual(['refused', 'internalError'])
      expect(stderr).toContain('is not filled in: DATABASE RECEIPT_OPEN_QUERY')
    }
  })

  it.each([
    ['DELETE FROM receipts_open', 'RECEIPT_OPEN_QUERY'],
    ['SELECT 1; DELETE FROM receipts_open', 'RECEIPT_OPEN_QUERY'],
    ["SELECT 1 INTO OUTFILE '/tmp/x'", 'CASH_ID_QUERY'],
    ['SELECT id FROM receipts FOR UPDATE', 'SHIFT_OPEN_QUERY'],
  ])('takes no query that could change something: %s', (query, name) => {
    till.set({ [name]: query })
    const { answer, stderr } = till.run(['status'])
    expect(answer.class).toBe('refused')
    expect(stderr).toContain(`${name} must be one SELECT`)
  })

  it('sees shift, receipt, FATAL and a database that is away', async () => {
    expect(status()).toMatchObject({
      cashId: '50001002',
      version: '00095000',
      previousVersion: null,
      activity: 'idle',
      health: 'healthy',
      shift: { open: false, number: null, openedAt: null },
      sum: null,
      cashier: null,
    })
    till.database({ open: '42', close: '41', receipts: '1', cash: '50001002' })
    expect(status()).toMatchObject({ activity: 'receipt', shift: { open: true } })
    till.database({ open: 'NULL', close: 'NULL', receipts: 'NULL', cash: '50001002' })
    expect(status()).toMatchObject({ activity: 'unknown', shift: { open: false } })
    till.database({ open: '1\n2', close: '41', receipts: '0', cash: '50001002' })
    expect(status()).toMatchObject({ activity: 'idle', shift: null })
    till.log('12:00 FATAL out of paper')
    expect(status().health).toBe('unhealthy')
    till.database(null)
    expect(status()).toMatchObject({ cashId: null, activity: 'unknown', shift: null })
    expect(till.run(['download', 'stop', ...claim('x')]).answer.reason).toBe('wrongDevice')
  })

  it('restarts nothing while a receipt is open, or when it cannot see', async () => {
    await armed(till.pack('00096000'))
    till.database({ open: '42', close: '41', receipts: '1', cash: '50001002' })
    expect(restart().reason).toBe('receiptOpen')
    till.database({ open: '42', close: '41', receipts: 'NULL', cash: '50001002' })
    expect(restart().reason).toBe('activityUnknown')
    expect(status()).toMatchObject({ version: '00095000', armed: { version: '00096000' } })
  })

  it('a version with FATAL lines ends failed, and it does not go back over a changed database', async () => {
    await armed(till.pack('00096000', 'fatal'))
    expect(restart().class).toBe('done')
    expect(await ended()).toMatchObject({ state: 'failed', reason: 'healthFailed' })
    expect(status()).toMatchObject({
      version: '00096000',
      health: 'unhealthy',
      armed: null,
      autoUpdate: false,
    })
    const back = () => till.run(['rollback', '--version', '00096000', ...claim('b')]).answer
    // Its record is there a moment before the worker has gone.
    await until(() => back().reason !== 'deviceBusy', { within: 60_000, label: 'free', every: 200 })
    const answer = back()
    expect([answer.class, answer.reason]).toEqual(['refused', 'rollbackUnsupported'])
  })

  it('filled in, it conforms: also in installing, and in saying that it cannot go back', async () => {
    const made = till.pack('00096000')
    const source = await openSource('127.0.0.1', 0)
    const { url } = source.offer('ukm4-till.tgz', readFileSync(made.file))
    try {
      const report = await tryLocal(till.nightctl, {
        real: { version: 96_000, size: made.size, sha256: made.sha256, url },
        isDestructive: true,
        receipt: async (what) =>
          till.database({ open: '42', close: '41', receipts: what === 'open' ? '1' : '0', cash: '50001002' }),
      })
      expect(failures(report)).toEqual({})
      expect(verdictsOf(report)).toMatchObject({ 'receipt-open': 'pass', restart: 'pass', rollback: 'pass' })
      expect(report.left).toContain('it runs 00096000; it ran 00095000')
    } finally {
      await source.close()
    }
  }, 600_000)
}

describeWith(['dash', 'curl'], 'adapters/ukm4, dash', () => suite('dash'))
describeWith(['busybox'], 'adapters/ukm4, BusyBox alone', () => suite('busyboxOnly'))
