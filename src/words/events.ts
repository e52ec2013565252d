/**
 * Every event code and what its parameters hold. An event is written once and read for years, so its parameters are
 * codes and numbers, never sentences; the sentences are in ru.ts and en.ts.
 */
import type { BreachNumbers, GateBreach } from '../rollout/gate.ts'
import type { ReasonCode } from '../rollout/reasons.ts'
import type { DeviceUpdateState, RolloutState, StorePackageState } from '../rollout/states.ts'

/** One move in a state machine: `reason` is null when nothing went wrong. */
interface Move<State> {
  readonly from: State
  readonly to: State
  readonly event: string
  readonly reason?: ReasonCode | null
}

/** The event's row points at the rollout; its name is told where the writer has it at hand. `why`: a person's words. */
type RolloutMove = Partial<Omit<Move<RolloutState>, 'reason'>> & {
  readonly name?: string
  readonly why?: string
}

/** A gate that stopped its rollout says so in numbers; a person who paused it says why, or nothing. */
type Pause = RolloutMove &
  Partial<BreachNumbers> & { readonly reason?: GateBreach | ReasonCode; readonly wave?: number }

/** Why a request of a person was refused, where no reason of the core says it. */
export type Refusal = 'rolloutCancelled' | 'notRetryable'

interface FieldChange {
  readonly field: string
  readonly before: unknown
  readonly after: unknown
}

export interface EventParams {
  rolloutCreated: { name: string; planHash?: string; devices?: number; leftOut?: number }
  rolloutSubmitted: RolloutMove
  rolloutApproved: RolloutMove & { planHash?: string }
  rolloutRejected: RolloutMove
  rolloutScheduled: RolloutMove
  rolloutStarted: RolloutMove
  rolloutPaused: Pause
  rolloutResumed: RolloutMove
  rolloutStopping: RolloutMove
  rolloutCancelled: RolloutMove
  rolloutFinished: RolloutMove & { succeeded?: number; total?: number }
  rolloutReopened: RolloutMove & { devices?: number }
  /** `why`: a person's words; `skippedGate`: the gate before it was not fulfilled. */
  waveReleased: { wave: number; devices?: number; why?: string; skippedGate?: boolean }
  /** `added`: newcomers of a rollout that runs; left out where a draft's plan was replaced. */
  planRevised: { planHash: string; devices: number; added?: number; revision?: number }
  revisionApproved: { planHash: string; added: number }
  openingAtRisk: { state: DeviceUpdateState; minutes: number }
  rollbackBegun: { wave: number; rollback: string }
  rollbackImpossible: { wave: number; why?: readonly string[] }
  deviceSkipped: { cashId: string; why: string }
  freezeAdded: { name: string; scope: string; scopeName?: string | null; from: string; to: string }
  freezeLifted: { name: string }
  storeHoursChanged: { store: string }
  /** `changed`: the names of the fields; `changes`: what each was before, and what it is now. */
  storeChanged: { store: string; changed: string; changes: readonly FieldChange[] }
  deviceChanged: { cashId: string; changed: string; changes: readonly FieldChange[] }
  dryRunRequested: { devices: number; planHash: string }
  gateClosed: { wave: number; failed: number; budget: number }
  updateMoved: Move<DeviceUpdateState>
  storePackageMoved: Move<StorePackageState>
  downloadFinished: { version: number | string }
  retryRequested: { via: string; reason?: ReasonCode | null }
  retryRefused: { via: string; why: ReasonCode | Refusal }
  boardAction: { action: string; queue: string; job?: string }
  boardActionRefused: { action: string; queue: string }
  /** `olderThan`: the newest of its kind, where it was added below that on purpose. */
  packageAdded: { kind: string; version: number; size: number; signer?: string; olderThan?: number }
  /** Nobody signed it, and the policy lets it pass. */
  packageUnsigned: { kind: string; version: number }
  packageSigned: { kind: string; version: number; signer: string }
  /** Found not good before it was used. `reason`: why; `rollouts`: how many were paused for it. */
  packageDistrusted: { kind: string; version: number; reason: ReasonCode; rollouts: number }
  packageRetired: { kind: string; version: number }
  packageUnretired: { kind: string; version: number }
  fleetImported: { stores: number; devices: number }
  deviceRemoved: { cashId: string }
  storeRemoved: { store: string }
  /** Put back to an earlier time; `from`: to which. */
  databaseRestored: { from: string; devices: number; paused: number }
  tokenCreated: { name: string; role?: string; tokenId?: string }
  tokenRevoked: { name: string }
  userAdded: { login: string; role: string }
  /** `changed`: names of the fields; `role`: the new one. */
  userChanged: { login: string; changed: readonly string[]; role?: string }
  passwordLinkMade: { login: string }
  passwordChanged: { login: string }
  /** `by`: password, oidc, link. */
  signedIn: { login: string; by: string }
  sessionsEnded: { login: string; count: number }
  hostKeyEnrolled: { host: string; fingerprint: string }
  /** `shown`: the fingerprint that it offers instead of a pinned one; left out where it has none of a pinned type. */
  hostKeyChanged: { host: string; shown?: string | null }
  hostKeyRefused: { host: string; fingerprint: string; why?: string }
  hostKeyRetired: { host: string; fingerprint: string }
  /** `what`: hostKeys, deviceKey, revokeKey. */
  enrolmentRequested: { what: string; hosts: number }
  enrolmentEnded: { what: string; host: string; state: string; reason?: ReasonCode | null }
  deviceKeyAuthorised: { cashId: string; fingerprint: string }
  deviceKeyRevoked: { cashId: string }
  /** It moved `to` another store, while its key opens the server of `store`. */
  deviceKeyLeft: { cashId: string; store: string; to: string }
  leaseExpired: { step: string; worker?: string | null }
  workerJoined: { worker: string; capacity: number }
  workerLost: { worker: string }
  deviceBlocked: { cashId: string; why?: string }
  deviceUnblocked: { cashId: string; why?: string }
  /** `reason`: a code of the planning, why nothing was made, or why it waits. */
  scheduleCreated: { name: string; cron: string; timeZone: string }
  scheduleApproved: { name: string }
  scheduleEnded: { name: string }
  scheduleRan: { name: string; reason?: string | null }
  scheduleSkipped: { name: string; reason: string }
  /** `kind`: evening, morning; `asked`: how many tills got the evening message. */
  reportMade: { kind: string; timeZone?: string | null; devices: number; asked?: number }
  firstReceipt: { cashId: string; number?: number | null; at: string }
  messageSent: { devices: number; text: string }
  /** `kind`: look, message, closeShift, downloadStart, downloadStop, autoUpdate, block; `body`: on, off of the last two. */
  commandsRequested: { kind: string; devices: number; body?: string }
  commandsCancelled: { kind: string; devices: number }
  /** `state`: done, failed, expired, cancelled. */
  commandEnded: {
    kind: string
    state: string
    reason?: ReasonCode | null
    cashId: string
    by: string
    body?: string
  }
  /** To lie on the server of a store, rollout or not; or no longer. */
  storePackageWanted: { kind: string; version: number; store: string }
  storePackageWithdrawn: { kind: string; version: number; store: string }
}
export type EventCode = keyof EventParams

/** Reads parameters as they come back from the database. What is missing or of another type is said as unknown. */
export interface Say<Params> {
  readonly text: (key: keyof Params & string) => string
  /** The value in quotation marks after a space, or nothing where it is missing. */
  readonly quoted: (key: keyof Params & string) => string
  /** A count with its noun in the right number: one, few, many (Russian) or one, many (English). */
  readonly count: (key: keyof Params & string, ...forms: readonly string[]) => string
  /** At most one decimal, as the language writes it. */
  readonly number: (key: keyof Params & string) => string
  /** Eight digits. */
  readonly version: (key: keyof Params & string) => string
  /** `from → to` as labels; one of them where both are called the same. */
  readonly move: () => string
  /** `prefix` and the label of the parameter `reason` or `why`, or nothing when there is none. */
  readonly because: (prefix: string) => string
  /** `prefix` and why a gate was breached, in numbers; nothing where none was. */
  readonly breach: (prefix: string) => string
  readonly has: (key: keyof Params & string) => boolean
}

export type EventTexts = { readonly [C in EventCode]: (say: Say<EventParams[C]>) => string }

/** "3 of 41 judged failed: 7.3%, allowed 5%, minimum sample 20" */
export type BreachTexts = { readonly [B in GateBreach]: (say: Say<BreachNumbers>) => string }
