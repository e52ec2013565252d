/** `nightshift conformance`: tries a device's nightctl against the contract. Needs no database and no head office. */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { createInterface } from 'node:readline/promises'
import type { RealPackage } from '../conformance/bench.ts'
import { Unreachable } from '../conformance/check.ts'
import { checks } from '../conformance/checks/all.ts'
import { runConformance } from '../conformance/run.ts'
import type { Source } from '../conformance/source.ts'
import { outcomeLine, verdictText } from '../conformance/verdict.ts'
import { parseVersion } from '../rollout/versions.ts'
import {
  type ConformanceArguments,
  ConformanceUsage,
  openChannel,
  openOwnSource,
  wholeNumber,
} from './conformance-target.ts'

export const conformanceExit = { conforms: 0, doesNot: 1, usage: 64, unreachable: 69 } as const

const HOOK_MS = 120_000

async function realPackage(
  source: Source | string,
  options: ConformanceArguments,
): Promise<RealPackage | undefined> {
  if (options.package === undefined) return undefined
  const version = parseVersion(options.version ?? '')
  if (version === undefined) throw new ConformanceUsage('--package needs --version, eight digits: 00096000')
  const bytes = await readFile(options.package).catch((error: Error) => {
    throw new ConformanceUsage(error.message)
  })
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const place =
    options.source ??
    (typeof source === 'string'
      ? undefined
      : source.offer(path.basename(options.package).replaceAll(/[^A-Za-z0-9._-]/g, '_'), bytes).url)
  if (place === undefined) throw new ConformanceUsage('--package needs --serve HOST:PORT or --source URL')
  return { version, size: bytes.length, sha256, url: place }
}

const byHook =
  (command: string) =>
  (what: 'open' | 'close'): Promise<void> =>
    new Promise((resolve, reject) =>
      execFile(command, [what], { timeout: HOOK_MS, killSignal: 'SIGKILL' }, (error) =>
        error === null ? resolve() : reject(new ConformanceUsage(`--receipt-hook ${what}: ${error.message}`)),
      ),
    )

async function byHand(what: 'open' | 'close'): Promise<void> {
  const ask = createInterface({ input: process.stdin, output: process.stderr })
  try {
    await ask.question(`Please ${what} a receipt at the till, then press Enter. `)
  } finally {
    ask.close()
  }
}

function receiptOf({ receiptHook, yes, json }: ConformanceArguments) {
  if (receiptHook !== undefined) return byHook(receiptHook)
  if (yes || json || !process.stdin.isTTY)
    return 'nobody is there to open a receipt: --receipt-hook CMD (called with open, then close)'
  return byHand
}

function known(only: readonly string[]): readonly string[] {
  const unknown = only.filter((id) => checks.every((check) => check.id !== id))
  if (unknown.length === 0) return only
  const ids = checks.map(({ id }) => id).join(' ')
  throw new ConformanceUsage(`no such check: ${unknown.join(', ')}. There are: ${ids}`)
}

/** @returns the exit status: 0 conforms, 1 does not, 64 usage, 69 cannot be reached */
export async function conformanceCommand(
  host: string | undefined,
  options: ConformanceArguments,
  print: (text: string) => void,
): Promise<number> {
  const closing: (() => Promise<void>)[] = []
  const interrupted = new AbortController()
  const interrupt = () => {
    console.error('nightshift: clearing up; once more ends at once')
    interrupted.abort()
  }
  process.once('SIGINT', interrupt)
  try {
    const only = known(options.only ?? [])
    const channel = await openChannel(host, options)
    closing.push(() => channel.close())
    const source = await openOwnSource(host, options)
    if (typeof source !== 'string') closing.push(() => source.close())
    if (!options.json) print(`${channel.title}\n`)
    const report = await runConformance({
      channel,
      source,
      only,
      signal: interrupted.signal,
      real: await realPackage(source, options),
      deadlineMs: wholeNumber(options.deadline ?? '60', 'deadline', [1, 600]) * 1000,
      patienceMs: wholeNumber(options.patience ?? '300', 'patience', [5, 7200]) * 1000,
      isDestructive: options.destructive === true,
      receipt: receiptOf(options),
      onOutcome: (outcome) => {
        if (!options.json) print(outcomeLine(outcome))
      },
    })
    print(options.json ? JSON.stringify(report, null, 2) : verdictText(report))
    return report.conforms ? conformanceExit.conforms : conformanceExit.doesNot
  } catch (error) {
    if (!(error instanceof ConformanceUsage || error instanceof Unreachable)) throw error
    console.error(`nightshift: ${error.message}`)
    return error instanceof ConformanceUsage ? conformanceExit.usage : conformanceExit.unreachable
  } finally {
    process.off('SIGINT', interrupt)
    for (const close of closing) await close()
  }
}
