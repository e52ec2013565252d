/** The pieces that every schema of the API is made of: all texts are bounded, and what PostgreSQL cannot keep is refused. */
import { z } from 'zod'
import { deviceUpdateStates } from '../rollout/states.ts'
import { parseVersion, type Version } from '../rollout/versions.ts'
import { type Fault, faultsProblem, type ProblemCode, problems } from './problem.ts'

export const deviceKinds = ['storeServer', 'till', 'selfCheckout', 'priceChecker'] as const
export const kind = z.enum(deviceKinds)

/** NUL and other control characters, lone surrogates, line and paragraph separators. */
const UNFIT = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u

export const coded = (code: ProblemCode) => ({ params: { code }, error: problems[code][1] })

/** One line of text, kept as it is. */
export const text = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .refine((value) => !UNFIT.test(value), {
      params: { code: 'textInvalid' },
      error: 'control characters, NUL, line breaks and lone surrogates are not kept',
    })

/** A name that people type and compare: no blanks around it. */
export const identifier = (max: number) =>
  text(max).refine((value) => value.trim() === value, 'blanks at the beginning or the end')

export const version = z.string().transform((value, context): Version => {
  const parsed = parseVersion(value)
  if (parsed !== undefined) return parsed
  context.addIssue({ code: 'custom', ...coded('versionInvalid'), input: value })
  return z.NEVER
})

/** Also safe as a name in a folder, though packages are kept under their digest. */
export const fileName = z
  .string()
  .max(128)
  .refine((value) => /^[A-Za-z0-9][A-Za-z0-9._+-]*$/.test(value), coded('fileNameInvalid'))

export const sha256 = z
  .string()
  .regex(/^[0-9a-fA-F]{64}$/)
  .transform((value) => value.toLowerCase())

/** A count in a query. */
export const limit = (fallback: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,7}$/)
    .transform(Number)
    .pipe(z.int().min(1).max(max))
    .default(fallback)

/** `true` or `false` in a query. */
export const flag = z.enum(['true', 'false']).transform((value) => value === 'true')

export const updateState = z.enum(
  Object.keys(deviceUpdateStates) as [
    keyof typeof deviceUpdateStates,
    ...(keyof typeof deviceUpdateStates)[],
  ],
)

export const noFields = z.strictObject({})
export const byId = z.strictObject({ id: z.uuid() })
export const byCode = z.strictObject({ code: identifier(64) })
export const byCashId = z.strictObject({ cashId: identifier(64) })

const isCode = (code: unknown): code is ProblemCode =>
  typeof code === 'string' && Object.hasOwn(problems, code)

function faultOf(issue: z.core.$ZodIssue): Fault[] {
  const path = issue.path.map(String).join('.')
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      code: 'fieldUnknown',
      path: (path === '' ? key : `${path}.${key}`).slice(0, 200),
    }))
  }
  const code: unknown = issue.code === 'custom' ? issue.params?.code : undefined
  return [{ code: isCode(code) ? code : 'fieldInvalid', path, detail: issue.message.slice(0, 300) }]
}

/** @throws Problem with every fault of the value */
export function parse<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const read = schema.safeParse(value)
  if (read.success) return read.data
  throw faultsProblem(read.error.issues.flatMap(faultOf))
}
