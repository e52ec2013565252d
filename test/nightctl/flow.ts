/** Words of calls and short ways to a state, for the tests of nightctl. */
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { type Operation, operationData } from '../../src/device/contract.ts'
import { describeWith } from '../support/needs.ts'
import { until } from '../support/until.ts'
import type { CallOptions, MadePackage, Outcome, Shell, Till } from './support.ts'

export const OLD = '00095000'
export const NEW = '00096000'

/** Far above what these tests take: a machine that is busy with others is no fault of nightctl's. */
export const PATIENCE = { testTimeout: 240_000, hookTimeout: 120_000 }

let last = 0
/** A new generation for every call of a test file, so that none is stale by accident. */
export const nextGeneration = (): number => ++last

export const claimOf = (till: Till, operation: string, generation = nextGeneration()): string[] => [
  '--cash-id',
  till.cashId,
  '--operation',
  operation,
  '--generation',
  String(generation),
]

export const packageWords = (p: MadePackage): string[] => [
  '--version',
  p.version,
  '--size',
  String(p.size),
  '--sha256',
  p.sha256,
]

export const temporary = (): string => mkdtempSync(path.join(os.tmpdir(), 'nightctl-'))
export const remove = (dir: string): void => rmSync(dir, { recursive: true, force: true })

/** Once under dash and once with nothing but BusyBox. */
export function underEachShell(name: string, body: (shell: Shell) => void): void {
  describeWith(['dash'], `${name}, dash`, () => body('dash'))
  describeWith(['busybox'], `${name}, BusyBox alone`, () => body('busyboxOnly'))
}

/** Puts the package where a finished download leaves it. */
export function stage(till: Till, p: MadePackage): string {
  const file = path.join(till.root, 'staged', `${p.version}-${p.sha256}`)
  copyFileSync(p.file, file)
  return file
}

export const armWords = (till: Till, p: MadePackage, seconds = 600): string[] => [
  'arm',
  '--version',
  p.version,
  '--sha256',
  p.sha256,
  '--expires-in',
  String(seconds),
  ...claimOf(till, `arm-${nextGeneration()}`),
]

/** Asks until nothing else is at work: an operation's record is there a moment before its worker has gone. `later` leaves no trace. */
export const whenFree = (till: Till, words: readonly string[], more: CallOptions = {}): Promise<Outcome> =>
  until(
    async () => {
      const outcome = await till.run(words, more)
      return outcome.answer.reason === 'deviceBusy' ? false : outcome
    },
    { within: 40_000, label: `free for ${words[0]}` },
  )

/** Stages and arms. `status` comes first because it makes the folders. */
export async function armed(till: Till, p: MadePackage): Promise<void> {
  await till.run(['status'])
  stage(till, p)
  const { answer } = await whenFree(till, armWords(till, p))
  if (answer.class !== 'done') throw new Error(`not armed: ${answer.reason}`)
}

export const restartWords = (till: Till, version: string, operation: string): string[] => [
  'restart',
  '--version',
  version,
  ...claimOf(till, operation),
]

export const operationOf = (outcome: Outcome): Operation => operationData.parse(outcome.answer.data).operation

/** Waits until the operation is done or failed. */
export function finished(till: Till, id: string): Promise<Operation> {
  return until(
    async () => {
      const operation = operationOf(await till.run(['operation', id]))
      return operation.state === 'done' || operation.state === 'failed' ? operation : false
    },
    { within: 60_000, label: `operation ${id} ends` },
  )
}

export const activations = (till: Till): string[] =>
  till.log().filter((line) => line.startsWith('activated '))
