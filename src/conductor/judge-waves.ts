/** Gates: reads what waves are judged by, decides, writes what came of it. */
import type pg from 'pg'
import { moveRollout } from '../db/transition.ts'
import {
  markFulfilled,
  markPassed,
  type RolloutHead,
  readExpectedUnreachable,
  readWaveGroups,
  readWaves,
  releaseWave,
} from '../db/waves.ts'
import { judgeWaves, type RolloutView, type WaveDecision } from '../rollout/decide.ts'
import { groupFacts } from '../rollout/wave-facts.ts'
import type { Times } from './times.ts'

/** How many usually do not answer changes over days. */
const EXPECTED_MS = 60_000

export interface GateKeeper {
  /** Judges running rollouts. @returns rollouts of which a wave is to go back */
  judge(
    on: pg.ClientBase,
    heads: readonly RolloutHead[],
    times: Times,
    now: number,
  ): Promise<readonly WaveDecision[]>
}

async function readViews(
  on: pg.ClientBase,
  heads: readonly RolloutHead[],
  times: Times,
  expected: ReadonlyMap<string, number>,
): Promise<RolloutView[]> {
  const ids = heads.map((head) => head.id)
  const [waves, groups] = [await readWaves(on, ids), await readWaveGroups(on, ids)]
  return heads.flatMap(({ id, kind }) => {
    const policy = times.terms(id)?.policy
    if (policy === undefined) return []
    const own = waves.filter((wave) => wave.rolloutId === id)
    const judged = own.filter((wave) => wave.releasedAt !== null && wave.passedAt === null)
    return {
      id,
      kind,
      policy,
      nextWave: own.find((wave) => wave.releasedAt === null)?.number ?? null,
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

async function write(on: pg.ClientBase, decision: WaveDecision): Promise<void> {
  const { rolloutId, wave } = decision
  switch (decision.do) {
    case 'release':
      await releaseWave(on, rolloutId, wave, { actor: 'conductor' })
      return
    case 'pass':
      return markPassed(on, rolloutId, wave)
    case 'fulfilled':
      return markFulfilled(on, rolloutId, wave, decision.is)
    case 'pause': {
      const params = { wave, ...decision.numbers, rollBack: decision.rollBack }
      await moveRollout(on, rolloutId, 'pause', { actor: 'conductor', reason: decision.breach, params })
    }
  }
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
      const views = await readViews(on, running, times, expected)
      const decisions = views.flatMap((view) => judgeWaves(view, now))
      for (const decision of decisions) await write(on, decision)
      return decisions
    },
  }
}
