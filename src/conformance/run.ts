/** Runs the checks one after another, clears up, and says how it stands. */
import { disarm, downloadStop, verify } from '../device/commands.ts'
import { type Bench, type BenchOptions, openBench } from './bench.ts'
import { type Check, CheckFailed, CheckSkipped, type Outcome, Unreachable, type Verdict } from './check.ts'
import { checks } from './checks/all.ts'
import { autoUpdateCall, blockCall } from './words.ts'

export interface RunOptions extends BenchOptions {
  /** Ids; empty: all. */
  readonly only: readonly string[]
  /** Told after each check. */
  readonly onOutcome?: (outcome: Outcome) => void
}

export interface Report {
  readonly target: string
  readonly agent: string
  readonly cashId: string | null
  readonly conforms: boolean
  readonly outcomes: readonly Outcome[]
  /** What is not as it was found; in words. */
  readonly left: readonly string[]
}

const LOST = 'it could no longer be reached'

/** A check of one's own choosing brings what it rests on. */
function chosen(only: readonly string[]): readonly Check[] {
  if (only.length === 0) return checks
  const wanted = new Set(only)
  for (const { id, needs = [] } of checks.toReversed()) {
    if (wanted.has(id)) for (const need of needs) wanted.add(need)
  }
  return checks.filter(({ id }) => wanted.has(id))
}

function reasonToSkip(
  check: Check,
  bench: Bench,
  verdicts: ReadonlyMap<string, Verdict>,
): string | undefined {
  const missing = (check.needs ?? []).filter((id) => (verdicts.get(id) ?? 'pass') !== 'pass')
  if (missing.length > 0) return `rests on ${missing.join(', ')}`
  if (check.isDestructive && !bench.isDestructive) return 'restarts the device: only with --destructive'
  return undefined
}

async function judge(check: Check, bench: Bench): Promise<{ verdict: Verdict; saw: string }> {
  try {
    return { verdict: 'pass', saw: await check.run(bench) }
  } catch (error) {
    if (error instanceof CheckSkipped) return { verdict: 'skipped', saw: error.message }
    if (error instanceof CheckFailed) return { verdict: 'fail', saw: error.message }
    if (error instanceof Unreachable) return { verdict: 'fail', saw: `${LOST}: ${error.message}` }
    throw error
  }
}

async function runCheck(
  check: Check,
  bench: Bench,
  verdicts: ReadonlyMap<string, Verdict>,
  ended?: string,
): Promise<Outcome> {
  const begun = performance.now()
  const why = ended ?? reasonToSkip(check, bench, verdicts)
  const { verdict, saw } =
    why === undefined ? await judge(check, bench) : { verdict: 'skipped' as const, saw: why }
  const { id, title, section, says, mend } = check
  return { id, title, section, says, mend, verdict, saw, ms: Math.round(performance.now() - begun) }
}

/** A package goes by a verify that it cannot pass: `clean` would take others along. */
async function removeOwn(bench: Bench): Promise<void> {
  const { staged } = await bench.status()
  for (const p of bench.own.filter(({ sha256 }) => staged.some((one) => one.sha256 === sha256)))
    await bench.ask(verify({ ...p, size: p.size + 1 }))
}

async function differences(bench: Bench): Promise<string[]> {
  const { found } = bench
  const now = await bench.status()
  const own = now.staged.filter(({ sha256 }) => bench.own.some((p) => p.sha256 === sha256))
  return [
    ...(now.armed === null || found.armed !== null ? [] : [`it is armed with ${now.armed.version}`]),
    ...(now.version === found.version ? [] : [`it runs ${now.version}; it ran ${found.version}`]),
    ...(now.autoUpdate === found.autoUpdate
      ? []
      : [`the switch is ${now.autoUpdate}; it was ${found.autoUpdate}`]),
    ...(now.blocked === found.blocked ? [] : [`blocked is ${now.blocked}; it was ${found.blocked}`]),
    ...own.map(({ version, sha256 }) => `a package of the run is staged: ${version} ${sha256.slice(0, 12)}…`),
    ...(now.generation === found.generation
      ? []
      : [`its generation is ${now.generation}; it was ${found.generation}`]),
  ]
}

/** As it was found, as far as it lets itself. @returns what is not */
async function clearUp(bench: Bench): Promise<string[]> {
  const tries = [
    async () => bench.ask(downloadStop(bench.claim())),
    async () => (await bench.status()).armed !== null && bench.ask(disarm(bench.claim())),
    async () => {
      const { blocked } = await bench.status()
      const { blocked: before } = bench.found
      if (before !== null && blocked !== before) await bench.ask(blockCall(bench.claim(), before))
    },
    async () => {
      const { autoUpdate } = await bench.status()
      const { autoUpdate: before } = bench.found
      const isLost = before !== null && autoUpdate !== before && bench.described.capabilities.autoUpdate
      if (isLost) await bench.ask(autoUpdateCall(bench.claim(), before))
    },
    () => removeOwn(bench),
  ]
  // What one of them cannot do is seen in the differences.
  for (const attempt of tries) await attempt().catch(() => {})
  return differences(bench).catch((error: unknown) => [`it cannot be seen: ${String(error)}`])
}

const isLost = ({ verdict, saw }: Outcome): boolean => verdict === 'fail' && saw.startsWith(LOST)

/** One after another; what comes after the device was lost, or the run was ended, is left out. */
async function runAll(bench: Bench, { only, signal, onOutcome }: RunOptions): Promise<Outcome[]> {
  const verdicts = new Map<string, Verdict>()
  const outcomes: Outcome[] = []
  for (const check of chosen(only)) {
    const ended = signal?.aborted ? 'the run was ended' : outcomes.some(isLost) ? LOST : undefined
    const outcome = await runCheck(check, bench, verdicts, ended)
    verdicts.set(check.id, outcome.verdict)
    outcomes.push(outcome)
    onOutcome?.(outcome)
  }
  return outcomes
}

/** @throws Unreachable when the device never answered, or is at work */
export async function runConformance(options: RunOptions): Promise<Report> {
  const bench = await openBench(options)
  const outcomes = await runAll(bench, options).catch(async (error: unknown) => {
    await clearUp(bench)
    throw error
  })
  return {
    target: options.channel.title,
    agent: bench.described.agent,
    cashId: bench.found.cashId,
    conforms: !options.signal?.aborted && outcomes.every(({ verdict }) => verdict !== 'fail'),
    outcomes,
    left: await clearUp(bench),
  }
}
