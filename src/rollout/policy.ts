/** What a rollout may decide for itself. Stored with the rollout; the plan's hash covers it. */
export interface Policy {
  /** Attempts that one step of one device may spend before the update ends. */
  readonly maxAttempts: number
  /** Stretches every back-off of reasons.ts: 1 for a night. */
  readonly backoffScale: number
  /** How long an arming holds on the device, and so the latest restart. */
  readonly armSeconds: number
  /** How long a device may take from its restart until it answers healthy with the new version. */
  readonly restartSeconds: number
  /** When the night ends (ISO 8601): what has not begun to install by then is skipped. null = never. */
  readonly endsAt: string | null
}

export const defaultPolicy: Policy = {
  maxAttempts: 5,
  backoffScale: 1,
  armSeconds: 1800,
  restartSeconds: 600,
  endsAt: null,
}
