/** What may be done with a rollout: each verb, the role it takes, and where it is sent. */
import { post } from '../../api/client.ts'
import type { Permission, RolloutWhole } from '../../api/types.ts'
import type { GlyphName } from '../../parts/glyph.tsx'

export const verbs = ['start', 'pause', 'resume', 'release', 'retry', 'skip', 'rollback', 'stop'] as const
export type Verb = (typeof verbs)[number]
/** Retry has a dialog of its own: it shows whom. */
export type AskedVerb = Exclude<Verb, 'retry'>

interface Trait {
  readonly permission: Permission
  readonly glyph: GlyphName
  readonly isDangerous?: true
}
export const traits: Readonly<Record<Verb, Trait>> = {
  start: { permission: 'rollouts.control', glyph: 'play' },
  pause: { permission: 'rollouts.control', glyph: 'pause' },
  resume: { permission: 'rollouts.control', glyph: 'play' },
  release: { permission: 'rollouts.control', glyph: 'skip' },
  retry: { permission: 'rollouts.control', glyph: 'back' },
  skip: { permission: 'rollouts.control', glyph: 'dash' },
  rollback: { permission: 'rollouts.plan', glyph: 'back', isDangerous: true },
  stop: { permission: 'rollouts.control', glyph: 'stop', isDangerous: true },
}

/** The first that was not released; undefined: all were. */
export const nextWave = ({ waves }: RolloutWhole) => waves.find((wave) => wave.releasedAt === null)

const inStates = ({ counts }: RolloutWhole, states: readonly string[]): number =>
  states.reduce((sum, state) => sum + (counts.byState[state] ?? 0), 0)

/** Those whose state a control is for; fewer of them may be taken, as the server knows. */
export const concerned: Readonly<Partial<Record<Verb, (rollout: RolloutWhole) => number>>> = {
  // Who is back has arrived, on the way back.
  retry: (one) => inStates(one, ['failed', 'broken', ...(one.kind === 'update' ? ['rolledBack'] : [])]),
  skip: (one) => inStates(one, ['waiting', 'downloaded', 'ready']),
  rollback: (one) => inStates(one, ['succeeded']),
}

/** A gate before the next wave that is not fulfilled: releasing goes past it, and needs a reason. */
export const skipsGate = ({ waves }: RolloutWhole): boolean =>
  waves.some(({ releasedAt, passedAt, gate }) => {
    if (releasedAt === null || passedAt !== null) return false
    const { verdict } = gate
    return !(verdict?.says === 'open' || (verdict?.says === 'waits' && verdict.for === 'approval'))
  })

export function needsReason(verb: AskedVerb, rollout: RolloutWhole): boolean {
  if (verb === 'skip') return true
  if (verb === 'resume') return rollout.pausedBecause !== null
  return verb === 'release' && skipsGate(rollout)
}

/** Verbs whose reason the API keeps. */
export const takesReason = (verb: AskedVerb): boolean => verb !== 'start' && verb !== 'rollback'

export interface Order {
  readonly verb: AskedVerb
  readonly reason: string
  readonly cashIds: readonly string[]
}

export function send(rollout: RolloutWhole, { verb, reason, cashIds }: Order): Promise<unknown> {
  const path = `/rollouts/${encodeURIComponent(rollout.id)}`
  const why = reason.trim() === '' ? {} : { reason: reason.trim() }
  switch (verb) {
    case 'start':
      return post(`${path}/start`, { planHash: rollout.planHash })
    case 'release':
      return post(`${path}/waves/${nextWave(rollout)?.number ?? 1}/release`, why)
    case 'skip':
      return post(`${path}/skip`, { cashIds, ...why })
    case 'rollback':
      return post(`${path}/rollback`, {})
    default:
      return post(`${path}/${verb}`, why, { setsState: true })
  }
}
