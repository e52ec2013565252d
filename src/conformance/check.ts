/** What a check of the device contract is, and how one ends. */
import type { Bench } from './bench.ts'

/** Part of docs/nightctl.md that a check rests on: a heading there, and words that stand below it. */
export interface Rule {
  readonly section: string
  readonly says: string
}

export interface Check extends Rule {
  /** What `--only` takes. */
  readonly id: string
  readonly title: string
  /** What an author of a nightctl does about it. */
  readonly mend: string
  /** Ids of checks without which this one proves nothing: where one of them did not pass, it is left out. */
  readonly needs?: readonly string[]
  /** Restarts the device, or changes it for longer than the check lasts. */
  readonly isDestructive?: true
  /**
   * @returns what was seen, for the table
   * @throws CheckFailed, CheckSkipped
   */
  run(bench: Bench): Promise<string>
}

export type Verdict = 'pass' | 'fail' | 'skipped'

export interface Outcome extends Rule {
  readonly id: string
  readonly title: string
  readonly verdict: Verdict
  /** Passed: what was seen. Failed: what came instead. Skipped: why. */
  readonly saw: string
  readonly mend: string
  readonly ms: number
}

/** The device does not do what the contract says. The message is what came. */
export class CheckFailed extends Error {}
/** Nothing can be said. The message is why. */
export class CheckSkipped extends Error {}
/** The device cannot be reached at all, or not be tried now. */
export class Unreachable extends Error {}

export function fail(came: string): never {
  throw new CheckFailed(came)
}

export function skip(reason: string): never {
  throw new CheckSkipped(reason)
}

/** @throws CheckFailed with `came` unless it holds */
export function expect(holds: boolean, came: string | (() => string)): void {
  if (!holds) fail(typeof came === 'string' ? came : came())
}
