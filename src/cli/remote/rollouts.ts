/** Rollouts as the command line reads and prints them. */
import { z } from 'zod'
import { CommandFailed } from '../errors.ts'
import type { Client } from './client.ts'
import { bar, bytes, clean, fields, shortened, table } from './output.ts'
import { isId } from './values.ts'

const counts = z.looseObject({
  total: z.number(),
  byState: z.record(z.string(), z.number()),
  byReason: z.record(z.string(), z.number()),
})
const packageShape = z.looseObject({ kind: z.string(), version: z.string(), display: z.string() })

export const rolloutHead = z.looseObject({
  id: z.string(),
  name: z.string(),
  kind: z.string(),
  state: z.string(),
  planHash: z.string(),
  createdBy: z.string(),
  createdAt: z.string(),
  package: packageShape,
})

export const rolloutShape = rolloutHead.extend({
  allowed: z.array(z.string()),
  pausedBecause: z
    .looseObject({ code: z.string(), text: z.record(z.string(), z.string().nullable()) })
    .nullable(),
  approvedBy: z.string().nullable(),
  counts,
  waves: z.array(
    z.looseObject({
      number: z.number(),
      name: z.string(),
      devices: z.number(),
      releasedAt: z.string().nullable(),
      passedAt: z.string().nullable(),
      counts,
    }),
  ),
  wanBytes: z.number(),
})
export type RolloutShape = z.infer<typeof rolloutShape>

export const planShape = z.looseObject({
  id: z.string().optional(),
  planHash: z.string(),
  plan: z.looseObject({
    targets: z.number(),
    carried: z.number(),
    stores: z.number(),
    waves: z.array(
      z.looseObject({ number: z.number(), name: z.string(), devices: z.number(), stores: z.number() }),
    ),
    leftOut: z.number(),
    leftOutByReason: z.record(z.string(), z.number()),
  }),
  forecast: z.looseObject({
    wanBytes: z.number(),
    startsAt: z.string().nullable(),
    endsAt: z.string().nullable(),
  }),
  warnings: z.array(z.looseObject({ code: z.string() })),
})
export type PlanShape = z.infer<typeof planShape>

const page = z.looseObject({ items: z.array(rolloutHead) })

/** An id, the beginning of one, a name, or `last`. @throws CommandFailed */
export async function findRolloutId(client: Client, said: string): Promise<string> {
  if (isId(said)) return said
  const { items } = await client.get('/rollouts?limit=1000', page)
  if (said === 'last') {
    const [newest] = [...items].sort((a, b) => b.createdAt.localeCompare(a.createdAt))
    if (newest === undefined) throw new CommandFailed('there is no rollout')
    return newest.id
  }
  const found = items.filter((one) => one.name === said || (said.length >= 4 && one.id.startsWith(said)))
  const [only] = found
  if (only !== undefined && found.length === 1) return only.id
  const many = found.map((one) => `\n  ${one.id}  ${clean(one.name)}`).join('')
  throw new CommandFailed(
    found.length === 0 ? `there is no rollout ${said}` : `several are called so:${many}`,
  )
}

export const isOver = (state: string): boolean => state === 'finished' || state === 'cancelled'

const TERMINAL = ['succeeded', 'rolledBack', 'failed', 'broken', 'skipped', 'cancelled']
const ended = ({ byState }: RolloutShape['counts']): number =>
  TERMINAL.reduce((sum, state) => sum + (byState[state] ?? 0), 0)
/** Who needs a person in the morning. */
export const needsPerson = ({ byState }: RolloutShape['counts']): number =>
  (byState.failed ?? 0) + (byState.broken ?? 0) + (byState.rolledBack ?? 0)

const sorted = (record: Readonly<Record<string, number>>) =>
  Object.entries(record)
    .filter(([, count]) => count > 0)
    .sort(([, a], [, b]) => b - a)

const inWords = (record: Readonly<Record<string, number>>): string =>
  sorted(record)
    .map(([name, count]) => `${count} ${name}`)
    .join(' · ') || 'none'

const isReleased = (wave: RolloutShape['waves'][number]): string => {
  if (wave.passedAt !== null) return 'passed'
  return wave.releasedAt === null ? 'waits' : 'released'
}

export function rolloutLines(rollout: RolloutShape): string[] {
  const { name, state, id, planHash, pausedBecause } = rollout
  return [
    ...fields([
      ['name', name],
      ['id', id],
      ['package', `${rollout.package.kind} ${rollout.package.version}`],
      ['state', state],
      ...(pausedBecause === null
        ? []
        : [['because', pausedBecause.text.en ?? pausedBecause.code] as [string, string]]),
      [
        'devices',
        `${ended(rollout.counts)} of ${rollout.counts.total} ended: ${inWords(rollout.counts.byState)}`,
      ],
      ['reasons', inWords(rollout.counts.byReason)],
      ['over the WAN', bytes(rollout.wanBytes)],
      ['plan', planHash],
      ['allowed now', rollout.allowed.join(', ') || 'nothing'],
    ]),
    '',
    ...table(
      ['wave', 'name', 'devices', 'ended', 'gate', 'states'],
      rollout.waves.map((wave) => [
        wave.number,
        wave.name,
        wave.devices,
        ended(wave.counts),
        isReleased(wave),
        inWords(wave.counts.byState),
      ]),
    ),
  ]
}

/** One line that says how far it is. */
export const progressLine = ({ name, state, counts: all }: RolloutShape): string =>
  `${clean(name)}  ${bar(ended(all), all.total)}  ${state}  ${inWords(all.byState)}`

export function planLines(made: PlanShape): string[] {
  const { plan, forecast, warnings } = made
  return [
    ...fields([
      ...(made.id === undefined ? [] : [['id', made.id] as [string, string]]),
      [
        'devices',
        `${plan.targets} in ${plan.stores} stores${plan.carried > 0 ? `, ${plan.carried} carried along` : ''}`,
      ],
      ['left out', plan.leftOut === 0 ? 'nobody' : `${plan.leftOut}: ${inWords(plan.leftOutByReason)}`],
      ['over the WAN', bytes(forecast.wanBytes)],
      [
        'installs',
        forecast.startsAt === null
          ? 'not within 14 days'
          : `${forecast.startsAt} … ${forecast.endsAt ?? '?'}`,
      ],
      ['plan', made.planHash],
    ]),
    '',
    ...table(
      ['wave', 'name', 'devices', 'stores'],
      plan.waves.map((wave) => [wave.number, wave.name, wave.devices, wave.stores]),
    ),
    ...(warnings.length === 0
      ? []
      : [
          '',
          'warnings:',
          ...shortened(
            warnings.map((one) => `  ${clean(JSON.stringify(one))}`),
            10,
          ),
        ]),
  ]
}
