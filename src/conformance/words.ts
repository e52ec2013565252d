/** Calls that the head office's own commands have no need to vary. */
import type { Call, Claim, PackageRef } from '../device/commands.ts'
import { formatVersion } from '../rollout/versions.ts'

/** Any verb with the flags of a claim. */
const claimed = (words: readonly string[], { cashId, operation, generation }: Claim): Call => ({
  args: [...words, '--cash-id', cashId, '--operation', operation, '--generation', String(generation)],
})

export const blockCall = (claim: Claim, on: boolean): Call => claimed(['block', '--on', String(on)], claim)
export const cleanCall = (claim: Claim, keep: number): Call =>
  claimed(['clean', '--keep', String(keep)], claim)
export const autoUpdateCall = (claim: Claim, on: boolean): Call =>
  claimed(['auto-update', '--on', String(on)], claim)
export const messageCall = (claim: Claim, text: string): Call => ({
  ...claimed(['message'], claim),
  input: text,
})

export const verifySigned = (p: PackageRef, input: string): Call => ({
  args: [
    'verify',
    ...['--version', formatVersion(p.version), '--size', String(p.size), '--sha256', p.sha256],
    ...['--signed', 'true'],
  ],
  input,
})
