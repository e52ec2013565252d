/** Gates: reads what waves are judged by, decides, writes what came of it. */
import type pg from 'pg'
import { inTransactionOn } from '../db/database.ts'
import { moveRollout } from '../db/transition.ts'
import {
  lockSample,
  markFulfilled,
  markPassed,
  type RolloutHead,
  readExpectedUnreachable,
  readWaveGroups,
  readWaves,
  releaseWave,
  type WaveRow,
} from '../db/waves.ts'
import { judgeWaves, type RolloutView, type WaveDecision } from '../rollout/decide.ts'
import { groupFacts } from '../rollout/wave-facts.ts'
import type { Times } from './times.ts'

/** How many usually do not answer changes over days. */
const EXPECTED_MS = 60_000

export interface GateKeeper {
  /** Judges running rollouts. @returns what was written */
  judge(
    on: pg.ClientBase,
    heads: readonly RolloutHead[],
    times: Times,
    now: number,
  ): Promise<readonly WaveDecision[]>
}

type Judged = RolloutView & { readonly rows: readonly WaveRow[] }

async function readViews(
  on: pg.ClientBase,
  heads: readonly RolloutHead[],
  times: Times,
  expected: ReadonlyMap<string, number>,
): Promise<Judged[]> {
  const ids = heads.map((head) => head.id)
  const [waves, groups] = [await readWaves(on, ids), await readWaveGroups(on, ids)]
  return heads.flatMap(({ id, kind }) => {
    const policy = times.terms(id)?.policy
    if (policy === undefined) return []
    const rows = waves.filter((wave) => wave.rolloutId === id)
    const judged = rows.filter((wave) => wave.releasedAt !== null && wave.passedAt === null)
    return {
      id,
      kind,
      policy,
      rows,
      nextWave: rows.find((wave) => wave.releasedAt === null)?.number ?? null,
      waves: judged.map((wave) => ({
        number: wave.number,
        gate: wave.gate,
        fulfilledAt: wave.fulfilledAt,
        facts: groupFacts(
          groups.filter((group) => group.rolloutId === id && group.wave === wave.number),
          { kind, accepted: wave.accepted, expectedUnreachable: expected.get(`${id}:${wave.number}`) ?? 0 },
        ),
      })),
    }
  })
}

async function write(on: pg.ClientBase, decision: WaveDecision): Promise<boolean> {
  const { rolloutId, wave } = decision
  switch (decision.do) {
    case 'release':
      return releaseWave(on, rolloutId, wave, { actor: 'conductor', byGate: true })
    case 'pass':
      await markPassed(on, rolloutId, wave)
      return true
    case 'fulfilled':
      await markFulfilled(on, rolloutId, wave, decision.is)
      return true
    case 'pause': {
      const params = { wave, ...decision.numbers, rollBack: decision.rollBack }
      const options = { actor: 'conductor', reason: decision.breach, params }
      return (await moveRollout(on, rolloutId, 'pause', options)) !== undefined
    }
  }
}

/** Writes what was decided, if it was decided by the sample that counts now. False: it was not, and nothing is written. */
async function writeInSample(
  on: pg.ClientBase,
  decision: WaveDecision,
  rows: readonly WaveRow[],
): Promise<boolean> {
  const judged = rows.find((row) => row.number === decision.wave)
  if (judged === undefined) return false
  return inTransactionOn(on, async () => {
    // A wave to be released has no sample of its own yet: those before it must have passed theirs.
    const holds = decision.do === 'release' || (await lockSample(on, judged))
    return holds && (await write(on, decision))
  })
}

export function createGateKeeper(): GateKeeper {
  let expected = new Map<string, number>()
  let expectedOf = ''
  let expectedUntil = 0

  return {
    judge: async (on, heads, times, now) => {
      const running = heads.filter((head) => head.state === 'running')
      if (running.length === 0) return []
      const ids = running.map((head) => head.id)
      if (now >= expectedUntil || expectedOf !== ids.join()) {
        expected = await readExpectedUnreachable(on, ids)
        expectedOf = ids.join()
        expectedUntil = now + EXPECTED_MS
      }
      const written: WaveDecision[] = []
      for (const view of await readViews(on, running, times, expected))
        for (const decision of judgeWaves(view, now))
          if (await writeInSample(on, decision, view.rows)) written.push(decision)
      return written
    },
  }
}
