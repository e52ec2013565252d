/** Reads the words of one nightctl call: verb, flags, the claim; by a table, strictly. */
import { parseVersion } from '../rollout/versions.ts'

/** Checks of flag values, docs/nightctl.md. */
const checks = {
  'cash-id': /^\S{1,80}$/,
  operation: /^[A-Za-z0-9._-]{1,80}$/,
  generation: /^\d{1,15}$/,
  version: /^\d{8}$/,
  size: /^[1-9]\d{0,14}$/,
  sha256: /^[0-9a-f]{64}$/,
  source: /^http:\/\/[^\s]{1,1000}$/,
  'expires-in': /^[1-9]\d{0,8}$/,
  on: /^(true|false)$/,
  signed: /^(true|false)$/,
  renew: /^(true|false)$/,
  use: /^[A-Za-z0-9+/=]{1,3000}$/,
  keep: /^\d{1,3}$/,
} as const
export type FlagName = keyof typeof checks

const CLAIM = ['cash-id', 'operation', 'generation'] as const
const PACKAGE = ['version', 'size', 'sha256'] as const

interface VerbShape {
  readonly flags: readonly FlagName[]
  readonly isMutating: boolean
  /** May be left out. */
  readonly spare?: readonly FlagName[]
}
const reads = (...flags: FlagName[]): VerbShape => ({ flags, isMutating: false })
const changes = (...flags: FlagName[]): VerbShape => ({ flags: [...flags, ...CLAIM], isMutating: true })

export const verbs = {
  describe: reads(),
  status: reads(),
  operation: reads(),
  'download start': changes('source', ...PACKAGE),
  'download status': reads('sha256'),
  'download stop': changes(),
  verify: { ...reads(...PACKAGE), spare: ['signed'] },
  arm: changes('version', 'sha256', 'expires-in'),
  disarm: changes(),
  restart: changes('version'),
  rollback: changes('version'),
  'close-shift': changes(),
  message: changes(),
  block: changes('on'),
  'auto-update': changes('on'),
  clean: changes('keep'),
  key: { ...changes(), spare: ['renew', 'use'] },
} as const satisfies Record<string, VerbShape>
export type VerbName = keyof typeof verbs

export interface Call {
  readonly verb: VerbName
  readonly isMutating: boolean
  /** `operation ID`: the id. */
  readonly word: string
  readonly text: (flag: FlagName) => string
  readonly number: (flag: FlagName) => number
}

function readFlags(words: readonly string[]): Map<string, string> | string {
  const flags = new Map<string, string>()
  for (let i = 0; i < words.length; i += 2) {
    const [flag = '', value] = words.slice(i, i + 2)
    const name = flag.replace(/^--/, '')
    if (name === flag || value === undefined) return `not a flag with a value: ${flag}`
    if (flags.has(name)) return `given twice: ${flag}`
    flags.set(name, value)
  }
  return flags
}

function wrongFlag(
  flags: Map<string, string>,
  wanted: readonly FlagName[],
  spare: readonly FlagName[],
): string | undefined {
  const extra = [...flags.keys()].find((name) => ![...wanted, ...spare].some((one) => one === name))
  if (extra !== undefined) return `unknown flag: --${extra}`
  const given = spare.filter((name) => flags.has(name))
  const bad = [...wanted, ...given].find((name) => !checks[name].test(flags.get(name) ?? ''))
  return bad && `missing or bad: --${bad}`
}

/** The call, or what is wrong with it. */
export function readCall(words: readonly string[]): Call | string {
  const [first = '', second = ''] = words
  const isPair = first === 'download'
  const verb = isPair ? `${first} ${second}` : first
  if (!Object.hasOwn(verbs, verb)) return `unknown verb: ${verb}`
  const shape: VerbShape = verbs[verb as VerbName]
  const hasWord = verb === 'operation'
  if (hasWord && !checks.operation.test(second)) return 'missing or bad: operation id'
  const flags = readFlags(words.slice(isPair || hasWord ? 2 : 1))
  if (typeof flags === 'string') return flags
  const wrong = wrongFlag(flags, shape.flags, shape.spare ?? [])
  if (wrong !== undefined) return wrong
  const text = (flag: FlagName): string => flags.get(flag) ?? ''
  return {
    verb: verb as VerbName,
    isMutating: shape.isMutating,
    word: hasWord ? second : '',
    text,
    number: (flag) => (flag === 'version' ? Number(parseVersion(text(flag))) : Number(text(flag))),
  }
}
