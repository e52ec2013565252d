/** What stands between the waves of a rollout now, in numbers: computed from rows as the conductor does, never stored. */
import type { RolloutKind } from '../rollout/due.ts'
import { type GateVerdict, judgeGate } from '../rollout/gate.ts'
import { groupFacts } from '../rollout/wave-facts.ts'
import type { Executor } from './database.ts'
import { readExpectedUnreachable, readNow, readWaveGroups, readWaves } from './waves.ts'

export interface GateNow {
  readonly wave: number
  readonly verdict: GateVerdict
}

/** Of every wave that was released and has not passed, in their order. */
export async function readGates(
  on: Executor,
  rollout: { id: string; kind: RolloutKind },
): Promise<GateNow[]> {
  const { id, kind } = rollout
  const waves = (await readWaves(on, [id])).filter(
    (wave) => wave.releasedAt !== null && wave.passedAt === null,
  )
  if (waves.length === 0) return []
  const [groups, expected, now] = [
    await readWaveGroups(on, [id]),
    await readExpectedUnreachable(on, [id]),
    await readNow(on),
  ]
  return waves.map(({ number, gate, fulfilledAt, accepted }) => {
    const own = groups.filter((group) => group.wave === number)
    const terms = { kind, accepted, expectedUnreachable: expected.get(`${id}:${number}`) ?? 0 }
    return { wave: number, verdict: judgeGate(groupFacts(own, terms), gate, fulfilledAt, now) }
  })
}

/** Nothing is left but what a person has to say: releasing the next wave skips nothing. */
export const waitsForPerson = (verdict: GateVerdict): boolean =>
  verdict.open || ('waits' in verdict && verdict.waits === 'approval')
