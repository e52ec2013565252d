/** Deliberately wrong devices: each is named for its fault, by the check that is there for it and by no other. */
import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { openSource } from '../../src/conformance/source.ts'
import { NEW, OLD, remove, temporary } from '../nightctl/flow.ts'
import { makePackage, makeTill, type Till } from '../nightctl/support.ts'
import { describeWith } from '../support/needs.ts'
import { failures, tryLocal, verdictsOf } from './rig.ts'

const folder = path.join(import.meta.dirname, 'wrong')

/** File → the one check that fails. */
const wrong: Record<string, string> = {
  'lies-about-bytes': 'download-bytes',
  'exits-zero-on-failure': 'exit-status',
  'prints-two-lines': 'marked-line',
  'ignores-generations': 'generation',
  'arms-without-expiry': 'arm-expiry',
  'does-it-twice': 'repeated',
  'answers-the-wrong-class': 'wrong-device',
  'makes-up-defaults': 'unknown-null',
  'forgets-the-generation': 'generation-kept',
  'keeps-a-damaged-package': 'download-damaged',
  'refuses-late': 'refused-unchanged',
  'restarts-with-a-receipt-open': 'receipt-open',
  'swallows-flag-errors': 'usage',
  'answers-200-kib': 'answer-size',
  'hangs-for-ever': 'deadline',
  'dies-with-its-connection': 'download-detached',
  'gives-reasons-for-success': 'reasons',
  'leaves-the-switch-on': 'disarm',
  'echoes-the-message': 'marked-line',
}
const destructive = new Set(['restarts-with-a-receipt-open'])

async function withTill<T>(body: (till: Till, command: (file: string) => string) => Promise<T>): Promise<T> {
  const dir = temporary()
  const till = await makeTill({ dir, cashId: 'T-1', version: OLD })
  const command = (file: string): string =>
    `env REAL=${till.nightctl} ROOT=${till.root} TILL=${dir} dash ${path.join(import.meta.dirname, file)}`
  try {
    return await body(till, command)
  } finally {
    await till.stop()
    remove(dir)
  }
}

/** With a package to install, and a hook that opens a receipt. */
async function tryDestructive(till: Till, command: string) {
  const made = makePackage(till.dir, NEW)
  const source = await openSource('127.0.0.1', 0)
  const { url } = source.offer('package.tgz', readFileSync(made.file))
  try {
    return await tryLocal(command, {
      real: { version: Number(NEW), size: made.size, sha256: made.sha256, url },
      isDestructive: true,
      only: ['receipt-open', 'restart-unarmed'],
      receipt: async (what) => {
        const activity = what === 'open' ? 'receipt' : 'idle'
        writeFileSync(path.join(till.dir, 'status.next'), `activity=${activity}\nshift_open=false\n`)
        renameSync(path.join(till.dir, 'status.next'), path.join(till.dir, 'status'))
      },
    })
  } finally {
    await source.close()
  }
}

describeWith(['dash', 'curl'], 'wrong devices', () => {
  it('each file is in the table', () => {
    const files = readdirSync(folder).map((file) => path.basename(file, '.sh'))
    expect(files.toSorted()).toEqual(Object.keys(wrong).toSorted())
  })

  it.concurrent.each(Object.entries(wrong))(
    '%s: %s fails, and nothing else',
    async (file, check) => {
      await withTill(async (till, command) => {
        const line = command(`wrong/${file}.sh`)
        const report = destructive.has(file)
          ? await tryDestructive(till, line)
          : await tryLocal(line, { deadlineMs: file === 'hangs-for-ever' ? 20_000 : 60_000 })
        expect(Object.keys(failures(report)), JSON.stringify(failures(report))).toEqual([check])
        expect(report.conforms).toBe(false)
      })
    },
    600_000,
  )

  it.concurrent('noise around the line is no fault; with a receipt open the reference restarts nothing', async () => {
    await withTill(async (till, command) => {
      const report = await tryDestructive(till, command('noisy.sh'))
      expect(failures(report)).toEqual({})
      expect(verdictsOf(report)).toMatchObject({ 'receipt-open': 'pass', 'restart-unarmed': 'pass' })
    })
  }, 600_000)
})
