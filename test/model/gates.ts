/** Waves and the gates between them: src/conductor/judge-waves.ts over src/db/waves.ts, by the real judgeWaves. */
import type { WaveView } from '../../src/rollout/decide.ts'
import { type DeviceUpdateState, isTerminalUpdate, nextState } from '../../src/rollout/states.ts'
import { groupFacts, nothingAccepted, type WaveGroup } from '../../src/rollout/wave-facts.ts'
import type { Core } from './core.ts'
import type { Setting } from './setting.ts'
import type { Decision, Held, Row, Waved, World, Written } from './world.ts'

const NOW = 1_000_000_000
/** Longer than any soak. */
const LONG = 100_000_000

type JudgedWave = Decision & { readonly do: 'wave' }

export const waveOf = ({ waveOf, gate }: Setting, target: number): number =>
  gate === null ? 0 : (waveOf[target] ?? 0)

const groupOf = ({ state, reason, isBeforeSample }: Row): WaveGroup => ({
  state: state as DeviceUpdateState,
  reason,
  inSample: isTerminalUpdate(state) && !isBeforeSample,
  isOverdue: false,
  count: 1,
})

/** The rows of a wave. */
export const rowsOf = (setting: Setting, world: World, wave: number): Row[] =>
  world.rows.filter((_, target) => waveOf(setting, target) === wave)

/** readViews, judge */
export function judgedWaves(core: Core, setting: Setting, world: World): Waved[] {
  const { gate, kind, policy } = setting
  if (gate === null || world.rollout !== 'running') return []
  const since = { no: null, now: NOW, soaked: NOW - LONG }
  const waves = world.waves.flatMap((wave, number): WaveView[] => {
    if (!wave.isReleased || wave.isPassed) return []
    const groups = rowsOf(setting, world, number).map(groupOf)
    const facts = groupFacts(groups, { kind, accepted: nothingAccepted, expectedUnreachable: 0 })
    return [{ number, gate, facts, fulfilledAt: since[wave.fulfilled] }]
  })
  const next = world.waves.findIndex((wave) => !wave.isReleased)
  const view = { id: 'rollout', kind, policy, waves, nextWave: next < 0 ? null : next }
  return core
    .judgeWaves(view, NOW)
    .map((one) =>
      one.do === 'fulfilled' ? { do: one.do, wave: one.wave, is: one.is } : { do: one.do, wave: one.wave },
    )
}

const withWave = (world: World, at: number, change: Partial<World['waves'][number]>): World => ({
  ...world,
  waves: world.waves.map((wave, i) => (i === at ? { ...wave, ...change } : wave)),
})

const isOf = (held: Held | null, isMeant: (wave: number) => boolean): held is Held & { is: 'read' } =>
  held?.is === 'read' && held.decision.do === 'wave' && isMeant(held.decision.wave.wave)

/** What has ended by now is not judged in a sample that begins now. */
export const withNewSample = (setting: Setting, world: World, isMeant: (wave: number) => boolean): World => ({
  ...world,
  held: world.held.map((held) =>
    isOf(held, isMeant) ? ({ ...held, decision: { ...held.decision, isOld: true } } as Held) : held,
  ),
  waves: world.waves.map((wave, at) => (isMeant(at) ? { ...wave, fulfilled: 'no' as const } : wave)),
  rows: world.rows.map((row, target) =>
    isMeant(waveOf(setting, target)) && isTerminalUpdate(row.state) ? { ...row, isBeforeSample: true } : row,
  ),
})

/** releaseWave, by whomever: those before it count as passed. Undefined: it was released, or one before it is not. */
export function releaseWave(setting: Setting, world: World, wave: number): World | undefined {
  const isNext = world.waves.every((one, at) => (at < wave ? one.isReleased : at > wave || !one.isReleased))
  if (!isNext) return undefined
  const waves = world.waves.map((one, at) => {
    if (at > wave) return one
    return at === wave ? { ...one, isReleased: true } : { ...one, isPassed: true }
  })
  return withNewSample(setting, { ...world, waves }, (at) => at === wave)
}

function markFulfilled(world: World, wave: number, is: boolean): World {
  const before = world.waves[wave]?.fulfilled ?? 'no'
  return withWave(world, wave, { fulfilled: !is ? 'no' : before === 'no' ? 'now' : before })
}

/** judge-waves.ts write. Undefined: refused. */
export function writeWave(
  core: Core,
  setting: Setting,
  world: World,
  judged: JudgedWave,
): Written | undefined {
  const decision = judged.wave
  if (judged.isOld && core.gateNamesSample) return undefined
  const done = (next: World | undefined): Written | undefined => next && { world: next, job: null }
  switch (decision.do) {
    case 'release': {
      const isBehind = world.waves.every((wave, at) => at >= decision.wave || wave.isPassed)
      const mayRelease = isBehind || !core.gateNamesSample
      return done(mayRelease ? releaseWave(setting, world, decision.wave) : undefined)
    }
    case 'pass':
      return done(withWave(world, decision.wave, { isPassed: true }))
    case 'fulfilled':
      return done(markFulfilled(world, decision.wave, decision.is))
    case 'pause': {
      const rollout = nextState(core.rollouts, world.rollout, 'pause')
      return rollout === undefined
        ? undefined
        : done({ ...world, rollout: rollout as World['rollout'], isBreached: true })
    }
  }
}
