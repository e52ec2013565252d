/** A gate in words: its threshold and what is, side by side. */
import type { RolloutWhole } from '../../api/types.ts'
import { formatClock, viewerZone } from '../../format/time.ts'
import type { GlyphName } from '../../parts/glyph.tsx'
import type { Tone } from '../../parts/mark.tsx'
import { useWords } from '../../words/language.ts'
import { useWaveName as useUsualName } from '../wizard/plan-waves.tsx'
import { useRollout, useRolloutId } from './use-rollout.ts'

export type Wave = RolloutWhole['waves'][number]

/** As the API tells it: rollout/gate.ts. */
interface Verdict {
  readonly says: 'open' | 'waits' | 'breach'
  readonly for?: string
  readonly stuck?: boolean
  readonly until?: string | null
  readonly breach?: string
  readonly numbers: Readonly<Record<string, number | null>>
}
interface Terms {
  readonly successPercent: number
  readonly failurePercent: number
  readonly minimumSample: number
  readonly unreachablePercent: number
  readonly silentPercent: number
  readonly soakMinutes: number
  readonly approval: boolean
}

export interface GateText {
  readonly tone: Tone
  readonly glyph: GlyphName
  /** One or two words. */
  readonly label: string
  /** What it is judged by now; empty before it is. */
  readonly actual: string
  readonly numbers: string
  readonly terms: string
  /** Nothing opens it by itself. */
  readonly isStuck: boolean
}

const breaches = ['failures', 'silent', 'unreachable'] as const
const waits = ['sample', 'success', 'inProgress', 'soak', 'approval'] as const

export function useGateText(): (wave: Wave) => GateText {
  const { t, language } = useWords()
  const isOver = useRollout(useRolloutId()).data?.finishedAt != null
  const number = (value: unknown): string =>
    typeof value === 'number'
      ? new Intl.NumberFormat(language, { maximumFractionDigits: 1 }).format(value)
      : t('common.unknown')
  const numbersOf = ({ numbers }: Verdict) => ({
    size: number(numbers.size),
    judged: number(numbers.judged),
    succeeded: number(numbers.succeeded),
    failed: number(numbers.failed),
    minimumSample: number(numbers.minimumSample),
    successPercent: number(numbers.successPercent),
    needed: number(numbers.needed),
    pending: number(numbers.pending),
    inTheMiddle: number(numbers.inTheMiddle),
    found: number(numbers.count),
    of: number(numbers.of),
    percent: number(numbers.percent ?? numbers.successPercent),
    allowed: number(numbers.allowed),
  })
  const termsOf = (gate: Terms): string =>
    [
      t('rollout.gate.terms', {
        success: number(gate.successPercent),
        failure: number(gate.failurePercent),
        unreachable: number(gate.unreachablePercent),
        silent: number(gate.silentPercent),
        sample: number(gate.minimumSample),
      }),
      ...(gate.soakMinutes > 0 ? [t('rollout.gate.termSoak', { minutes: gate.soakMinutes })] : []),
      ...(gate.approval ? [t('rollout.gate.termApproval')] : []),
    ].join('; ')
  const waitText = (verdict: Verdict): string => {
    const what = waits.find((one) => one === verdict.for)
    if (what === 'success') return t('rollout.gate.success', numbersOf(verdict))
    if (what === 'approval') return t('rollout.gate.approvalWaits')
    if (what === 'soak') {
      if (verdict.until == null) return t('rollout.gate.soakPlain')
      const zone = viewerZone()
      return t('rollout.gate.soak', { time: formatClock(language, new Date(verdict.until), zone), zone })
    }
    return what === undefined ? (verdict.for ?? '') : t(`rollout.gate.${what}`, numbersOf(verdict))
  }
  const breachText = (verdict: Verdict): string => {
    const what = breaches.find((one) => one === verdict.breach)
    return what === undefined ? (verdict.breach ?? '') : t(`rollout.gate.${what}`, numbersOf(verdict))
  }
  const judged = (verdict: Verdict): Pick<GateText, 'tone' | 'glyph' | 'label' | 'actual'> => {
    const success = t('rollout.gate.success', numbersOf(verdict))
    if (verdict.says === 'open')
      return { tone: 'good', glyph: 'check', label: t('rollout.gate.open'), actual: success }
    if (verdict.says === 'breach')
      return { tone: 'bad', glyph: 'bang', label: t('rollout.gate.breach'), actual: breachText(verdict) }
    const isPerson = verdict.for === 'approval' || verdict.stuck === true
    return {
      tone: isPerson ? 'warn' : 'busy',
      glyph: isPerson ? 'question' : 'clock',
      label: t(isPerson ? 'rollout.gate.approval' : 'rollout.gate.waits'),
      actual: waitText(verdict),
    }
  }
  return ({ gate, passedAt }) => {
    const verdict = gate.verdict as Verdict | null
    const terms = termsOf(gate as unknown as Terms)
    const rest = { terms, numbers: '', isStuck: false }
    if (passedAt !== null)
      return { ...rest, tone: 'good', glyph: 'check', label: t('rollout.gate.passed'), actual: '' }
    if (verdict === null)
      return { ...rest, tone: 'off', glyph: 'dash', label: t('rollout.gate.future'), actual: '' }
    if (isOver && verdict.says === 'waits')
      return { ...rest, tone: 'off', glyph: 'dash', label: t('rollout.gate.over'), actual: '' }
    const counted = verdict.says === 'breach' ? '' : t('rollout.gate.numbers', numbersOf(verdict))
    return { ...rest, ...judged(verdict), numbers: counted, isStuck: verdict.stuck === true }
  }
}

/** What the planner calls a wave by itself, after the way it was cut: no name of anybody's. */
const CUTS: ReadonlySet<string> = new Set([
  'count',
  'percent',
  'labels',
  'groups',
  'zones',
  'stores',
  'cashIds',
  'parity',
  'cover',
])

export function useWaveName(): (wave: Pick<Wave, 'number' | 'name'>) => string {
  const { t } = useWords()
  const nameOf = useUsualName()
  return ({ number, name }) =>
    name === '' || name === String(number) || CUTS.has(name)
      ? t('rollout.wave', { number })
      : t('rollout.waveNamed', { number, name: nameOf(name) })
}

/** The head office's own processes are called the system. */
export function useActor(): (actor: string) => string {
  const { t } = useWords()
  return (actor) => (actor === 'conductor' ? t('rollout.system') : actor)
}
