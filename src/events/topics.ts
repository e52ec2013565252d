/** What the page has to look at again after events: names of what is shown, never what became of it. */
import type { EventRow } from '../db/events.ts'
import type { EventCode } from '../words/events.ts'

/** `board`: cells may be other than before that no message brings: newcomers, removals, a rollout that began. */
export const topicNames = [
  'board',
  'commands',
  'devices',
  'enrolments',
  'events',
  'freezes',
  'hostKeys',
  'packages',
  'queues',
  'reports',
  'rollouts',
  'schedules',
  'storePackages',
  'stores',
  'tokens',
  'users',
  'workers',
] as const
export type Topic = (typeof topicNames)[number]

const NONE: readonly Topic[] = []
const ROLLOUT: readonly Topic[] = ['rollouts']
/** Its rows come or go, all at once and without an event each. */
const ROLLOUT_ROWS: readonly Topic[] = ['rollouts', 'board', 'devices']
const PACKAGE: readonly Topic[] = ['packages']
const FLEET: readonly Topic[] = ['board', 'stores', 'devices']

/** Besides `events`, and what the event points at: its rollout, store and device. */
const TOPICS: Readonly<Record<EventCode, readonly Topic[]>> = {
  rolloutCreated: ROLLOUT,
  rolloutSubmitted: ROLLOUT,
  rolloutApproved: ROLLOUT,
  rolloutRejected: ROLLOUT,
  rolloutScheduled: ROLLOUT_ROWS,
  rolloutStarted: ROLLOUT_ROWS,
  rolloutPaused: ROLLOUT,
  rolloutResumed: ROLLOUT,
  rolloutStopping: ROLLOUT,
  rolloutCancelled: ROLLOUT_ROWS,
  rolloutFinished: ROLLOUT,
  rolloutReopened: ROLLOUT,
  waveReleased: ROLLOUT,
  planRevised: ROLLOUT,
  revisionApproved: ROLLOUT_ROWS,
  openingAtRisk: ROLLOUT,
  rollbackBegun: ROLLOUT_ROWS,
  rollbackImpossible: ROLLOUT,
  deviceSkipped: ROLLOUT,
  freezeAdded: ['freezes'],
  freezeLifted: ['freezes'],
  storeHoursChanged: ['stores', 'board'],
  storeChanged: ['stores', 'board'],
  deviceChanged: ['devices', 'board'],
  dryRunRequested: ROLLOUT,
  gateClosed: ROLLOUT,
  updateMoved: NONE,
  storePackageMoved: ['storePackages'],
  downloadFinished: NONE,
  retryRequested: NONE,
  retryRefused: NONE,
  boardAction: ['queues'],
  boardActionRefused: ['queues'],
  packageAdded: PACKAGE,
  packageUnsigned: PACKAGE,
  packageSigned: PACKAGE,
  packageDistrusted: ['packages', 'rollouts'],
  packageRetired: PACKAGE,
  packageUnretired: PACKAGE,
  fleetImported: FLEET,
  deviceRemoved: FLEET,
  storeRemoved: FLEET,
  databaseRestored: topicNames,
  tokenCreated: ['tokens'],
  tokenRevoked: ['tokens'],
  userAdded: ['users'],
  userChanged: ['users', 'tokens'],
  passwordLinkMade: ['users'],
  passwordChanged: ['users'],
  signedIn: ['users'],
  sessionsEnded: ['users'],
  hostKeyEnrolled: ['hostKeys', 'enrolments'],
  hostKeyChanged: ['hostKeys'],
  hostKeyRefused: ['hostKeys', 'enrolments'],
  hostKeyRetired: ['hostKeys'],
  enrolmentRequested: ['enrolments'],
  enrolmentEnded: ['enrolments', 'hostKeys'],
  deviceKeyAuthorised: ['enrolments', 'hostKeys'],
  deviceKeyRevoked: ['enrolments', 'hostKeys'],
  deviceKeyLeft: ['enrolments', 'hostKeys'],
  leaseExpired: NONE,
  workerJoined: ['workers'],
  workerLost: ['workers'],
  deviceBlocked: ['devices', 'board'],
  deviceUnblocked: ['devices', 'board'],
  scheduleCreated: ['schedules'],
  scheduleApproved: ['schedules'],
  scheduleEnded: ['schedules'],
  scheduleRan: ['schedules', 'rollouts'],
  scheduleSkipped: ['schedules'],
  reportMade: ['reports'],
  firstReceipt: NONE,
  messageSent: ['commands'],
  commandsRequested: ['commands'],
  commandsCancelled: ['commands'],
  commandEnded: ['commands'],
  storePackageWanted: ['storePackages'],
  storePackageWithdrawn: ['storePackages'],
}

const topicsOf = (code: string): readonly Topic[] =>
  Object.hasOwn(TOPICS, code) ? TOPICS[code as EventCode] : NONE

export interface Touched {
  readonly cashIds: Iterable<string>
  readonly stores: Iterable<string>
}

/** More names than these of all kinds together, and a message says `devices:*`. */
export const MAX_NAMES = 200

/** Errands told without the request that they are of may be of any. */
function requestOf({ code, params }: EventRow): string[] {
  if (!topicsOf(code).includes('commands')) return []
  return [typeof params.requestId === 'string' ? params.requestId : '*']
}

function namesOf(kind: Topic, names: ReadonlySet<string>, most: number): string[] {
  if (names.size === 0) return []
  const isAny = names.has('*') || names.size > most
  return [kind, ...(isAny ? [`${kind}:*`] : [...names].map((name) => `${kind}:${name}`))]
}

/**
 * Kinds (`rollouts`), and the names of what was touched (`rollouts:ID`, `devices:CASHID`, `stores:CODE`,
 * `commands:REQUEST`). Where the names are too many, those of the largest kinds become `KIND:*`.
 * @param touched devices and stores of the events, and of whatever else changed
 */
export function foldTopics(events: readonly EventRow[], touched: Touched): string[] {
  const rollouts = new Set(events.flatMap(({ rolloutId }) => rolloutId ?? []))
  const kinds: (readonly [Topic, ReadonlySet<string>])[] = [
    ['rollouts', rollouts],
    ['commands', new Set(events.flatMap(requestOf))],
    ['stores', new Set(touched.stores)],
    ['devices', new Set(touched.cashIds)],
  ]
  const plain = events.flatMap(({ code }) => topicsOf(code))
  const packages = events.some(({ storePackageId }) => storePackageId !== null) ? ['storePackages'] : []
  let left = MAX_NAMES
  // The smallest kinds first: a burst of devices hides no rollout.
  const named = kinds
    .sort((a, b) => a[1].size - b[1].size)
    .flatMap(([kind, names]) => {
      const said = namesOf(kind, names, left)
      left -= Math.max(0, said.length - 1)
      return said
    })
  return [...new Set([...(events.length > 0 ? ['events'] : []), ...plain, ...packages, ...named])].sort()
}
