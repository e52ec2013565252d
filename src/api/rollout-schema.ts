/** What a rollout is asked for with: whom, in which waves, by which policy. */
import { z } from 'zod'
import type { Selection } from '../rollout/plan/selection.ts'
import type { WavePlan } from '../rollout/plan/wave-types.ts'
import { gate, policyBody } from './policy-schema.ts'
import { coded, identifier, kind, text, version } from './schemas.ts'

const codes = z.array(identifier(64)).min(1).max(20_000).optional()
const names = z.array(identifier(64)).min(1).max(1000).optional()
const cashIds = z.array(identifier(64)).min(1).max(100_000).optional()

export const criteria = {
  stores: codes,
  groups: names,
  labels: names,
  kinds: z.array(kind).min(1).max(4).optional(),
  /** Full versions that run now. */
  versions: z.array(version).min(1).max(100).optional(),
  cashIds,
}
const selection = z.strictObject({
  ...criteria,
  remaining: z.boolean().optional(),
  exclude: z.array(z.strictObject(criteria)).min(1).max(20).optional(),
})

const percent = z.number().refine((value) => value >= 0 && value <= 100, coded('thresholdInvalid'))
const of = z.enum(['stores', 'devices']).optional()
const base = { name: text(64).optional(), gate: gate.optional() }
const list = (max: number) => z.array(identifier(64)).max(max)

const wave = z.discriminatedUnion('by', [
  z.strictObject({ ...base, by: z.literal('count'), of, count: z.number() }),
  z.strictObject({ ...base, by: z.literal('percent'), of, percent, cumulative: z.boolean().optional() }),
  z.strictObject({ ...base, by: z.literal('labels'), of, labels: list(1000) }),
  z.strictObject({ ...base, by: z.literal('groups'), groups: list(1000) }),
  z.strictObject({ ...base, by: z.literal('zones'), zones: list(600) }),
  z.strictObject({ ...base, by: z.literal('stores'), stores: list(20_000) }),
  z.strictObject({ ...base, by: z.literal('cashIds'), cashIds: list(100_000) }),
  z.strictObject({ ...base, by: z.literal('parity'), parity: z.enum(['even', 'odd']) }),
  z.strictObject({ ...base, by: z.literal('cover'), notStores: list(20_000).optional() }),
  z.strictObject({ ...base, by: z.literal('rest') }),
])

const pilot = { pilotGate: gate.optional() }
const template = z.discriminatedUnion('template', [
  z.strictObject({ ...pilot, template: z.literal('single') }),
  z.strictObject({
    ...pilot,
    template: z.literal('pilotEvenOdd'),
    pilotStores: z.int().min(1).max(1000).optional(),
  }),
  z.strictObject({
    ...pilot,
    template: z.literal('canary'),
    stores: z.int().min(1).max(1000).optional(),
    percents: z.array(percent).max(20).optional(),
  }),
  z.strictObject({ ...pilot, template: z.literal('eastToWest') }),
  z.strictObject({ ...pilot, template: z.literal('stratifiedPilot'), percent: percent.optional() }),
])

/** A list of waves, or the name of a usual one: each has its own errors. */
export const wavesBody = z.unknown().transform((value, context) => {
  const read = Array.isArray(value)
    ? z.array(wave).min(1).max(100).safeParse(value)
    : template.safeParse(value)
  if (read.success) return withoutUndefined(read.data) as WavePlan
  for (const issue of read.error.issues) context.issues.push({ ...issue, input: value } as never)
  return z.NEVER
})

/** Members that were left out stay out: `undefined` is no value of a plan. */
function withoutUndefined<T>(value: T): T {
  if (Array.isArray(value)) return value.map(withoutUndefined) as T
  if (typeof value !== 'object' || value === null) return value
  const kept = Object.entries(value).filter(([, inner]) => inner !== undefined)
  return Object.fromEntries(kept.map(([key, inner]) => [key, withoutUndefined(inner)])) as T
}

export const planBody = {
  serverPackageId: z.uuid().optional(),
  /** Also directly: `stores` and `cashIds` of the selection. */
  stores: codes,
  cashIds,
  selection: selection.optional(),
  waves: wavesBody.optional(),
  policy: policyBody.optional(),
}

interface Given {
  readonly stores?: unknown
  readonly cashIds?: unknown
  readonly selection?: { readonly stores?: unknown; readonly cashIds?: unknown } | undefined
}

/** Named in both places nobody could tell which was meant. */
function refuseTwice(body: Given, context: z.RefinementCtx): void {
  for (const member of ['stores', 'cashIds'] as const) {
    if (body[member] === undefined || body.selection?.[member] === undefined) continue
    context.addIssue({ code: 'custom', path: [member], message: `also in selection.${member}` })
  }
}

export const rolloutBody = z
  .strictObject({
    name: text(200),
    packageId: z.uuid(),
    ...planBody,
    /** At once, in the same request: started, or submitted where the policy asks for two persons. */
    start: z.boolean().default(false),
  })
  .superRefine(refuseTwice)
export type RolloutBody = z.output<typeof rolloutBody>

/** As a rollout's; nothing is kept, so it needs no name. */
export const dryRunBody = z
  .strictObject({
    name: text(200).default('dry run'),
    packageId: z.uuid(),
    ...planBody,
    /** Every planned device is looked at, too. */
    live: z.boolean().default(false),
  })
  .superRefine(refuseTwice)
export type DryRunBody = z.output<typeof dryRunBody>

export const reviseBody = z
  .strictObject({
    name: text(200).optional(),
    ...planBody,
    /** Left out: as it is; null: none any more. */
    serverPackageId: z.uuid().nullable().optional(),
  })
  .superRefine(refuseTwice)
export type ReviseBody = z.output<typeof reviseBody>

/** Whom it is for; `stores` and `cashIds` given directly narrow the selection. */
export function selectionOf(body: Pick<RolloutBody, 'stores' | 'cashIds' | 'selection'>): Selection {
  const { stores, cashIds: ids, selection: given = {} } = body
  return withoutUndefined({
    ...given,
    stores: given.stores ?? stores,
    cashIds: given.cashIds ?? ids,
  }) as Selection
}

export const hasSelection = ({ stores, cashIds: ids, selection: given }: ReviseBody): boolean =>
  stores !== undefined || ids !== undefined || given !== undefined
