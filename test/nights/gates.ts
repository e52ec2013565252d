/** Waves: what their gates are judged by, counted as rows move, and what comes of it. The only user of wave-facts.ts. */
import type { WaveDecision } from '../../src/rollout/decide.ts'
import { type GateVerdict, judgeGate } from '../../src/rollout/gate.ts'
import { networkReasons } from '../../src/rollout/reasons.ts'
import { groupFacts, type WaveFacts, type WaveGroup } from '../../src/rollout/wave-facts.ts'
import { moveRollout, touchAll } from './rows.ts'
import type { Rollout, Row, Wave, World } from './shapes.ts'
import { MINUTE, SECOND } from './wall.ts'

type Counted = WaveGroup & { count: number }
const EXPECTED_MS = 30 * MINUTE

/** Of the groups as src/db/waves.ts reads them; those in doubt are looked at one by one, for their time. */
function groupOf(row: Row): Counted {
  const { state, reason, finishedAt, wave } = row
  const inSample = finishedAt === null || finishedAt >= wave.sampleFrom
  const key = `${state}|${reason}|${inSample}`
  const known = wave.groups.get(key)
  if (known !== undefined) return known
  const made: Counted = { state, reason, inSample, isOverdue: false, count: 0 }
  wave.groups.set(key, made)
  return made
}

export function regroup(row: Row): void {
  row.group.count -= 1
  row.group = groupOf(row)
  row.group.count += 1
  if (row.state === 'inDoubt') row.wave.inDoubt.add(row)
  else row.wave.inDoubt.delete(row)
}

/** Rows of a new rollout. */
export function groupAll(wave: Wave): void {
  for (const row of wave.rows) {
    row.group = groupOf(row)
    row.group.count += 1
  }
}

function silent(rollout: Rollout, wave: Wave, now: number): Counted[] {
  const limit = now - rollout.policy.restartSeconds * SECOND
  return [...wave.inDoubt].map(({ state, reason, installAt }) => {
    const isOverdue = installAt === null || installAt < limit
    return { state, reason, inSample: true, isOverdue, count: 1 }
  })
}

function factsOf(rollout: Rollout, wave: Wave, now: number): WaveFacts {
  const known = [...wave.groups.values()].filter((one) => one.count > 0 && one.state !== 'inDoubt')
  const { kind } = rollout
  const { accepted, expectedUnreachable } = wave
  return groupFacts([...known, ...silent(rollout, wave, now)], { kind, accepted, expectedUnreachable })
}

/** Stores' usual rates change over days. */
function expect(rollout: Rollout, now: number): void {
  if (now < rollout.expectedAt) return
  rollout.expectedAt = now + EXPECTED_MS
  for (const wave of rollout.waves)
    wave.expectedUnreachable = wave.rows.reduce((sum, { store }) => sum + store.misses / store.asks, 0)
}

const openWaves = (rollout: Rollout): Wave[] =>
  rollout.waves.filter((wave) => wave.releasedAt !== null && wave.passedAt === null)
const nextOf = (rollout: Rollout): Wave | undefined => rollout.waves.find((wave) => wave.releasedAt === null)

function releaseWave(world: World, rollout: Rollout, wave: Wave, by: string): void {
  const now = world.agenda.now()
  world.tell(null, null, `wave ${wave.number} of ${rollout.id} released by ${by}`)
  wave.releasedAt = now
  wave.sampleFrom = now
  for (const before of rollout.waves) if (before.number < wave.number) before.passedAt ??= now
  touchAll(world, rollout)
}

function carryOut(world: World, rollout: Rollout, decision: WaveDecision): void {
  const now = world.agenda.now()
  const wave = rollout.waves[decision.wave - 1]
  if (wave === undefined) throw new Error(`no wave ${decision.wave}`)
  switch (decision.do) {
    case 'release':
      world.checks.gateOpens(rollout, decision.wave - 1)
      releaseWave(world, rollout, wave, 'its gate')
      return
    case 'pass':
      world.checks.gateOpens(rollout, decision.wave)
      wave.passedAt = now
      return
    case 'fulfilled':
      wave.fulfilledAt = decision.is ? (wave.fulfilledAt ?? now) : null
      return
    case 'pause':
      world.counters.breaches += 1
      world.tell(null, null, `wave ${wave.number}: ${decision.breach}`, JSON.stringify(decision.numbers))
      moveRollout(world, rollout, 'pause', decision.breach)
      if (decision.rollBack) rollout.rollBackWave = wave
  }
}

export function judgeRollout(world: World, rollout: Rollout): void {
  const now = world.agenda.now()
  rollout.isDirty = false
  rollout.judgedAt = now
  expect(rollout, now)
  const { id, kind, policy } = rollout
  const waves = openWaves(rollout).map((wave) => ({
    number: wave.number,
    gate: wave.gate,
    facts: factsOf(rollout, wave, now),
    fulfilledAt: wave.fulfilledAt,
  }))
  const view = { id, kind, policy, waves, nextWave: nextOf(rollout)?.number ?? null }
  for (const decision of world.core.judgeWaves(view, now)) carryOut(world, rollout, decision)
}

/** Going on after a breach: what is known is accepted, and a new sample begins. */
export function resume(world: World, rollout: Rollout): void {
  const now = world.agenda.now()
  const isBreached = rollout.state === 'paused' && rollout.reason !== null
  if (!moveRollout(world, rollout, 'resume', null) || !isBreached) return
  for (const wave of openWaves(rollout)) {
    wave.sampleFrom = now
    wave.fulfilledAt = null
    const isNetwork = ({ state, reason }: Row): boolean =>
      state !== 'succeeded' &&
      state !== 'cancelled' &&
      (networkReasons as readonly (string | null)[]).includes(reason)
    wave.accepted = { unreachable: wave.rows.filter(isNetwork).length, silent: wave.inDoubt.size }
    for (const row of wave.rows) regroup(row)
  }
}

/** A person looks: what cannot be reached any more, or asks for approval, is released by hand. */
export function personReleases(world: World, rollout: Rollout): void {
  const now = world.agenda.now()
  const next = nextOf(rollout)
  if (next === undefined || rollout.state !== 'running') return
  const verdicts: GateVerdict[] = openWaves(rollout).map((wave) =>
    judgeGate(factsOf(rollout, wave, now), wave.gate, wave.fulfilledAt, now),
  )
  const isHeld = verdicts.every(
    (one) => !('breach' in one) && (one.open || one.stuck || (one.waits === 'approval' && one.fulfilled)),
  )
  if (isHeld) releaseWave(world, rollout, next, 'a person')
}
