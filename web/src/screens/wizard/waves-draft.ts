/** How a rollout is cut into waves, as the wizard holds it; names, gates and units of a kept cut go with it. Pure. */
import { isBranch, isNothing, type Members, membersOf, numberOr, only, without } from './json.ts'
import { namesIn, numbersIn } from './texts-in.ts'

export const templates = [
  'usual',
  'single',
  'pilotEvenOdd',
  'canary',
  'eastToWest',
  'stratifiedPilot',
  'custom',
] as const
export type Template = (typeof templates)[number]

export const cuts = [
  'count',
  'percent',
  'groups',
  'labels',
  'stores',
  'zones',
  'cashIds',
  'even',
  'odd',
  'cover',
  'rest',
] as const
export type Cut = (typeof cuts)[number]
export interface OwnWave {
  readonly by: Cut
  /** A number, or names with commas between. */
  readonly value: string
  /** The wave as it was kept; left out: it is new. */
  readonly kept?: Members
}

export interface Waves {
  readonly template: Template
  readonly pilotStores: number
  readonly percents: string
  readonly percent: number
  readonly pilotApproval: boolean
  readonly own: readonly OwnWave[]
  /** The template as it was kept; null: none was, or waves one by one. */
  readonly kept: Members | null
}

export const emptyWaves: Waves = {
  template: 'usual',
  pilotStores: 1,
  percents: '5, 25',
  percent: 25,
  pilotApproval: false,
  own: [
    { by: 'count', value: '1' },
    { by: 'rest', value: '' },
  ],
  kept: null,
}

function shownOf(spec: Members): OwnWave {
  const by = String(spec.by)
  if (by === 'parity') return { by: spec.parity === 'odd' ? 'odd' : 'even', value: '' }
  const value = spec[by]
  return { by: by as Cut, value: Array.isArray(value) ? value.join(', ') : String(value ?? '') }
}

const asksPerson = (gate: unknown): boolean => membersOf(gate).approval === true

export function wavesOf(cut: unknown): Waves {
  if (Array.isArray(cut)) {
    const specs = cut.filter(isBranch)
    const own = specs.map((kept) => ({ ...shownOf(kept), kept }))
    return { ...emptyWaves, template: 'custom', own, pilotApproval: asksPerson(specs[0]?.gate) }
  }
  const given = membersOf(cut)
  return {
    ...emptyWaves,
    template: templates.find((one) => one === given.template) ?? 'single',
    pilotStores: numberOr(given.pilotStores ?? given.stores, emptyWaves.pilotStores),
    percents: Array.isArray(given.percents) ? given.percents.join(', ') : emptyWaves.percents,
    percent: numberOr(given.percent, emptyWaves.percent),
    pilotApproval: asksPerson(given.pilotGate),
    kept: given,
  }
}

function wholeOf({ by, value }: OwnWave): Members {
  switch (by) {
    case 'count':
      return { by, count: numbersIn(value)[0] ?? 0 }
    case 'percent':
      return { by, percent: numbersIn(value)[0] ?? 0, cumulative: true }
    case 'even':
    case 'odd':
      return { by: 'parity', parity: by }
    case 'cover':
    case 'rest':
      return { by }
    default:
      return { by, [by]: namesIn(value) }
  }
}

/** How it takes whom it takes: only as long as it takes the same. */
const UNITS = ['of', 'cumulative', 'notStores']

/** What a wave was kept with, and no field here shows. */
export function besideOf(one: OwnWave): Members {
  const { kept } = one
  if (kept === undefined) return {}
  const isSame = shownOf(kept).by === one.by
  const units = isSame ? only(kept, UNITS) : {}
  const cumulative = isSame && one.by === 'percent' ? { cumulative: kept.cumulative === true } : {}
  return { ...only(kept, ['name', 'gate']), ...units, ...cumulative }
}

function ownWave(one: OwnWave): Members {
  if (one.kept === undefined) return wholeOf(one)
  const { by, value } = shownOf(one.kept)
  return by === one.by && value === one.value ? one.kept : { ...wholeOf(one), ...besideOf(one) }
}

function withApproval(gate: Members, isAsked: boolean): Members {
  if (asksPerson(gate) === isAsked) return gate
  return isAsked ? { ...gate, approval: true } : without(gate, ['approval'])
}

function firstWave(spec: Members, isAsked: boolean): Members {
  const gate = withApproval(membersOf(spec.gate), isAsked)
  return isNothing(gate) ? without(spec, ['gate']) : { ...spec, gate }
}

/** The pilot's own gate as it was kept, where it is still that template. */
export const keptPilotGate = ({ kept, template }: Waves): Members =>
  kept?.template === template ? membersOf(kept.pilotGate) : {}

function pilotOf(waves: Waves): Members {
  const gate = keptPilotGate(waves)
  const asked = waves.template === 'single' ? gate : withApproval(gate, waves.pilotApproval)
  return isNothing(asked) ? {} : { pilotGate: asked }
}

export function wavesBody({ waves }: { readonly waves: Waves }): unknown {
  const { template, pilotStores, percents, percent, pilotApproval, own } = waves
  const pilot = pilotOf(waves)
  switch (template) {
    case 'usual':
      return undefined
    case 'custom':
      return own.map((one, place) => (place === 0 ? firstWave(ownWave(one), pilotApproval) : ownWave(one)))
    case 'single':
    case 'eastToWest':
      return { template, ...pilot }
    case 'pilotEvenOdd':
      return { template, pilotStores, ...pilot }
    case 'canary':
      return { template, stores: pilotStores, percents: numbersIn(percents), ...pilot }
    case 'stratifiedPilot':
      return { template, percent, ...pilot }
  }
}

/** Which way of cutting was kept, where another one is chosen now and what went with it would be gone. */
export function replacedTemplate({ template, kept, own }: Waves): Template | undefined {
  if (template !== 'custom' && own.some((one) => !isNothing(besideOf(one)))) return 'custom'
  const former = templates.find((one) => one === kept?.template)
  const hasGate = !isNothing(without(membersOf(kept?.pilotGate), ['approval']))
  return former !== undefined && former !== template && hasGate ? former : undefined
}

/** With nothing left of what no field shows. */
export const withoutKept = (waves: Waves): Waves => ({
  ...waves,
  own: waves.own.map(({ by, value }) => ({ by, value })),
  kept: null,
})
