/** Waves as the API shows them: what was planned, what was released, and what their gates say now. */
import type { GateNow } from '../db/gates.ts'
import type { GateVerdict } from '../rollout/gate.ts'

/** `open`, `breach`, or what it waits for; the numbers are those that it was judged by. */
export function verdictView(verdict: GateVerdict) {
  if ('breach' in verdict) return { says: 'breach', breach: verdict.breach, numbers: verdict.numbers }
  if (verdict.open) return { says: 'open', numbers: verdict.numbers }
  const { waits, stuck, until, numbers } = verdict
  return { says: 'waits', for: waits, stuck, until: until === null ? null : new Date(until), numbers }
}

export const gatesView = (gates: readonly GateNow[]) =>
  gates.map(({ wave, verdict }) => ({ wave, ...verdictView(verdict) }))
