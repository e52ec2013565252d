/** A state in words, with its colour and its sign. */

import type { ReasonCode } from '../../../src/rollout/reasons.ts'
import type { DeviceUpdateState, RolloutState, StorePackageState } from '../../../src/rollout/states.ts'
import { useWords } from '../words/language.ts'
import { Glyph, type GlyphName } from './glyph.tsx'

export type Tone = 'good' | 'busy' | 'calm' | 'warn' | 'bad' | 'dead' | 'off'

interface Sign {
  readonly tone: Tone
  readonly glyph: GlyphName
}
const sign = (tone: Tone, glyph: GlyphName): Sign => ({ tone, glyph })

export const updateSigns: Readonly<Record<DeviceUpdateState, Sign>> = {
  waiting: sign('calm', 'clock'),
  downloading: sign('busy', 'play'),
  downloaded: sign('calm', 'clock'),
  verifying: sign('busy', 'play'),
  ready: sign('calm', 'clock'),
  activating: sign('busy', 'play'),
  armed: sign('busy', 'play'),
  restarting: sign('busy', 'play'),
  disarming: sign('busy', 'back'),
  inDoubt: sign('warn', 'question'),
  succeeded: sign('good', 'check'),
  unhealthy: sign('warn', 'back'),
  rollingBack: sign('warn', 'back'),
  rolledBack: sign('warn', 'back'),
  failed: sign('bad', 'cross'),
  broken: sign('dead', 'bang'),
  skipped: sign('off', 'skip'),
  cancelled: sign('off', 'dash'),
}
const rolloutSigns: Readonly<Record<RolloutState, Sign>> = {
  draft: sign('off', 'dash'),
  awaitingApproval: sign('warn', 'question'),
  scheduled: sign('calm', 'clock'),
  running: sign('busy', 'play'),
  paused: sign('warn', 'pause'),
  stopping: sign('warn', 'stop'),
  finished: sign('good', 'check'),
  cancelled: sign('off', 'stop'),
}
const packageSigns: Readonly<Record<StorePackageState, Sign>> = {
  absent: sign('off', 'dash'),
  uploading: sign('busy', 'play'),
  present: sign('good', 'check'),
  removing: sign('busy', 'back'),
}

interface MarkProps extends Sign {
  readonly label: string
  readonly hint?: string | undefined
}
/** Any mark: its words are always there. */
export function Mark({ tone, glyph, label, hint }: MarkProps) {
  return (
    <span className="mark" data-tone={tone} title={hint}>
      <Glyph name={glyph} />
      <span>{label}</span>
    </span>
  )
}

export function UpdateMark({ state }: { readonly state: DeviceUpdateState }) {
  const { label, advice } = useWords().core.updateStates[state]
  return <Mark {...updateSigns[state]} label={label} hint={advice} />
}

export function RolloutMark({ state }: { readonly state: RolloutState }) {
  const { label, advice } = useWords().core.rolloutStates[state]
  return <Mark {...rolloutSigns[state]} label={label} hint={advice} />
}

export function StorePackageMark({ state }: { readonly state: StorePackageState }) {
  const { label, advice } = useWords().core.storePackageStates[state]
  return <Mark {...packageSigns[state]} label={label} hint={advice} />
}

/** What a reason is called, and what one does about it; a code that this page does not know is shown as it is. */
export function useReason(code: string | null | undefined): { label: string; advice: string } | undefined {
  const { core } = useWords()
  if (code === null || code === undefined) return undefined
  if (Object.hasOwn(core.reasons, code)) return core.reasons[code as ReasonCode]
  const waits: Readonly<Record<string, { label: string; advice: string }>> = core.waits
  return (Object.hasOwn(waits, code) ? waits[code] : undefined) ?? { label: code, advice: '' }
}

export function ReasonText({ code }: { readonly code: string | null | undefined }) {
  const reason = useReason(code)
  if (reason === undefined) return null
  return (
    <span className="reason" title={reason.advice}>
      {reason.label}
    </span>
  )
}
