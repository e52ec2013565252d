/**
 * Every state machine of Nightshift, on one screen: state → event → next state.
 * A missing cell means: the event is refused. Types, the API's `allowed` actions,
 * docs/states.md and the database's CHECK constraints are derived from these tables.
 */

export const rolloutStates = {
  draft: { submit: 'awaitingApproval', schedule: 'scheduled', stop: 'cancelled' },
  awaitingApproval: { approve: 'scheduled', reject: 'draft', stop: 'cancelled' },
  scheduled: { start: 'running', stop: 'cancelled' },
  running: { pause: 'paused', stop: 'stopping', finish: 'finished' },
  paused: { resume: 'running', stop: 'stopping', finish: 'finished' },
  stopping: { stopped: 'cancelled' },
  finished: { reopen: 'running' },
  cancelled: {},
} as const

export const storePackageStates = {
  // a removal that was cut off is not counted on any more, and is claimed from here again
  absent: { claim: 'uploading', claimRemoval: 'removing' },
  uploading: { uploaded: 'present', deferred: 'absent', leaseLost: 'absent' },
  present: { claimRemoval: 'removing', lost: 'absent' },
  removing: { removed: 'absent', deferred: 'absent', leaseLost: 'absent' },
} as const

export const deviceUpdateStates = {
  // rest states: nothing runs, the conductor decides what is due
  waiting: { claimDownload: 'downloading', fail: 'failed', skip: 'skipped', cancel: 'cancelled' },
  downloaded: { claimVerify: 'verifying', fail: 'failed', skip: 'skipped', cancel: 'cancelled' },
  ready: {
    claimActivate: 'activating',
    // a rollout of kind `rollback`: nothing to fetch and to arm, only the way back
    claimRollback: 'rollingBack',
    fail: 'failed',
    skip: 'skipped',
    cancel: 'cancelled',
  },
  armed: { claimRestart: 'restarting', claimDisarm: 'disarming' },
  unhealthy: { claimRollback: 'rollingBack' },
  inDoubt: {
    claimObserve: 'inDoubt',
    deferred: 'inDoubt',
    leaseLost: 'inDoubt',
    seenReady: 'ready',
    seenArmed: 'armed',
    seenNew: 'succeeded',
    seenUnhealthy: 'unhealthy',
    seenBroken: 'broken',
    seenReverted: 'rolledBack',
  },
  // active states: a worker holds a lease
  downloading: {
    downloaded: 'downloaded',
    deferred: 'waiting',
    leaseLost: 'waiting',
    fail: 'failed',
    skip: 'skipped',
  },
  verifying: {
    verified: 'ready',
    damaged: 'waiting',
    deferred: 'downloaded',
    leaseLost: 'downloaded',
    fail: 'failed',
    skip: 'skipped',
  },
  activating: {
    armed: 'armed',
    alreadyNew: 'succeeded',
    deferred: 'ready',
    fetchAgain: 'waiting',
    contactLost: 'inDoubt',
    leaseLost: 'inDoubt',
    fail: 'failed',
    skip: 'skipped',
  },
  restarting: {
    healthy: 'succeeded',
    unhealthy: 'unhealthy',
    deferred: 'armed',
    notArmed: 'ready',
    contactLost: 'inDoubt',
    leaseLost: 'inDoubt',
  },
  disarming: { disarmed: 'ready', deferred: 'armed', contactLost: 'inDoubt', leaseLost: 'inDoubt' },
  rollingBack: {
    reverted: 'rolledBack',
    deferred: 'unhealthy',
    // asked for, and the device is in use: nothing was sent
    putOff: 'ready',
    beyondRepair: 'broken',
    contactLost: 'inDoubt',
    leaseLost: 'inDoubt',
  },
  // terminal states; the events out of them are a person's retry
  succeeded: {},
  rolledBack: { retryLook: 'inDoubt' },
  failed: { retryFetch: 'waiting', retryVerify: 'downloaded', retryInstall: 'ready', retryLook: 'inDoubt' },
  broken: { retryLook: 'inDoubt' },
  skipped: { retryFetch: 'waiting', retryVerify: 'downloaded', retryInstall: 'ready', retryLook: 'inDoubt' },
  cancelled: {},
} as const

/** One errand to one device: a look at it, a message, closing its shift, a download, a switch. */
export const commandStates = {
  // `refuse`: it may not go beside the rollout that has the device
  waiting: { claim: 'running', expire: 'expired', cancel: 'cancelled', refuse: 'failed' },
  // `stopped`: a download that another errand stopped
  running: {
    done: 'done',
    fail: 'failed',
    deferred: 'waiting',
    leaseLost: 'waiting',
    stopped: 'cancelled',
  },
  done: {},
  failed: {},
  expired: {},
  cancelled: {},
} as const

/** Host keys of one host on their way to being pinned, or a device's own key on its way to its store server. */
export const enrolmentStates = {
  waiting: { claim: 'running', expire: 'expired', refuse: 'refused' },
  // `done`: a device's key, where we may write it down ourselves; host keys are always shown to a person
  running: {
    shown: 'shown',
    done: 'confirmed',
    fail: 'failed',
    deferred: 'waiting',
    leaseLost: 'waiting',
  },
  shown: { confirm: 'confirmed', refuse: 'refused', expire: 'expired' },
  confirmed: {},
  refused: {},
  failed: {},
  expired: {},
} as const

export type Machine = Readonly<Record<string, Readonly<Record<string, string>>>>

export type RolloutState = keyof typeof rolloutStates
export type StorePackageState = keyof typeof storePackageStates
export type DeviceUpdateState = keyof typeof deviceUpdateStates
export type CommandState = keyof typeof commandStates
export type EnrolmentState = keyof typeof enrolmentStates

type EventOf<M extends Machine> = { [S in keyof M]: keyof M[S] }[keyof M] & string
export type RolloutEvent = EventOf<typeof rolloutStates>
export type StorePackageEvent = EventOf<typeof storePackageStates>
export type DeviceUpdateEvent = EventOf<typeof deviceUpdateStates>
export type CommandEvent = EventOf<typeof commandStates>
export type EnrolmentEvent = EventOf<typeof enrolmentStates>

export const machines = {
  rollout: rolloutStates,
  storePackage: storePackageStates,
  deviceUpdate: deviceUpdateStates,
  command: commandStates,
  enrolment: enrolmentStates,
} as const satisfies Record<string, Machine>
export type MachineName = keyof typeof machines

/** The state that `event` leads to from `state`, or undefined: the event is refused there. */
export function nextState(machine: Machine, state: string, event: string): string | undefined {
  const row = Object.hasOwn(machine, state) ? machine[state] : undefined
  return row !== undefined && Object.hasOwn(row, event) ? row[event] : undefined
}

/** The events a state accepts, in the order of the table: what the API calls `allowed`. */
export function allowedEvents(machine: Machine, state: string): string[] {
  return Object.keys(machine[state] ?? {})
}

const set = <T extends string>(...states: T[]): ReadonlySet<string> => new Set<string>(states)

/** What a device update can be when nobody needs to do anything more for it tonight. */
export const terminalUpdateStates = set<DeviceUpdateState>(
  'succeeded',
  'rolledBack',
  'failed',
  'broken',
  'skipped',
  'cancelled',
)
/** States in which a worker holds a lease; `inDoubt` is claimed without leaving its state. */
export const activeUpdateStates = set<DeviceUpdateState>(
  'downloading',
  'verifying',
  'activating',
  'restarting',
  'disarming',
  'rollingBack',
)
/** States in which a device may be restarting or may not sell: its lane counts as closed. */
export const laneClosedStates = set<DeviceUpdateState>(
  'activating',
  'armed',
  'restarting',
  'disarming',
  'unhealthy',
  'rollingBack',
  'inDoubt',
  'broken',
)
export const terminalRolloutStates = set<RolloutState>('finished', 'cancelled')

export const isTerminalUpdate = (state: string): boolean => terminalUpdateStates.has(state)
export const isActiveUpdate = (state: string): boolean => activeUpdateStates.has(state)
export const isTerminalRollout = (state: string): boolean => terminalRolloutStates.has(state)
