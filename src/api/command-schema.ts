/** What an errand is asked for with: which, whom, until when. */
import { z } from 'zod'
import type { CommandKind } from '../db/commands.ts'
import type { Selection } from '../rollout/plan/selection.ts'
import { criteria } from './rollout-schema.ts'
import { coded, text } from './schemas.ts'

const MESSAGE_CHARACTERS = 1000
/** All but line breaks of what `text` refuses. */
const UNFIT = /[\p{Cs}\p{Zl}\p{Zp}]|[^\P{Cc}\n]/u

/** Lines of text. A device keeps 4000 bytes: of characters of four bytes these are the 1000. */
const message = z
  .string()
  .max(2 * MESSAGE_CHARACTERS)
  .transform((value) => value.replaceAll('\r\n', '\n'))
  .refine((value) => value.trim() !== '', 'a message has a text')
  .refine((value) => [...value].length <= MESSAGE_CHARACTERS, `at most ${MESSAGE_CHARACTERS} characters`)
  .refine((value) => !UNFIT.test(value), coded('textInvalid'))

const errandSelection = z.strictObject({
  ...criteria,
  exclude: z.array(z.strictObject(criteria)).min(1).max(20).optional(),
})

/** How long each is worth doing, unless somebody says otherwise. */
const EXPIRES_SECONDS: Readonly<Record<CommandKind, number>> = {
  look: 600,
  message: 12 * 3600,
  closeShift: 3600,
  downloadStart: 24 * 3600,
  downloadStop: 3600,
  autoUpdate: 24 * 3600,
  block: 24 * 3600,
}

const common = {
  /** Also directly: `cashIds` of the selection. `{}` is everybody. */
  selection: errandSelection.optional(),
  cashIds: criteria.cashIds,
  expiresInSeconds: z
    .int()
    .min(10)
    .max(7 * 24 * 3600)
    .optional(),
  /** Whom it would reach; nothing is sent. */
  preview: z.boolean().default(false),
}
const plain = z.strictObject({ ...common, kind: z.enum(['look', 'closeShift', 'downloadStop']) })
const kinds = z.discriminatedUnion('kind', [
  plain,
  z.strictObject({ ...common, kind: z.literal('message'), text: message }),
  z.strictObject({ ...common, kind: z.literal('autoUpdate'), on: z.boolean() }),
  /** `text`: why, for the journal. */
  z.strictObject({ ...common, kind: z.literal('block'), on: z.boolean(), text: text(500).optional() }),
  z.strictObject({ ...common, kind: z.literal('downloadStart'), packageId: z.uuid().optional() }),
])

export const commandBody = kinds.superRefine(({ selection, cashIds }, context) => {
  const wrong = (message: string) => context.addIssue({ code: 'custom', path: ['cashIds'], message })
  if (selection === undefined && cashIds === undefined) wrong('name them, or a selection')
  if (selection?.cashIds !== undefined && cashIds !== undefined) wrong('also in selection.cashIds')
})
export type CommandBody = z.output<typeof commandBody>

/** A selection of devices without the members that were left out. */
export function errandSelectionOf({ selection = {}, cashIds }: Pick<CommandBody, 'selection' | 'cashIds'>) {
  const given = { ...selection, cashIds: selection.cashIds ?? cashIds }
  const kept = Object.entries(given).filter(([, value]) => value !== undefined)
  return Object.fromEntries(kept) as Omit<Selection, 'remaining'>
}

export const expiresOf = ({ kind, expiresInSeconds }: CommandBody): number =>
  expiresInSeconds ?? EXPIRES_SECONDS[kind]
