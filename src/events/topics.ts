/** What the page has to look at again after events: names of what is shown, never what became of it. */
import type { EventGap } from '../db/event-gap.ts'
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

/** Those that tell of errands: without the request that they are of they may be of any. */
export const errandCodes: readonly string[] = Object.keys(TOPICS).filter((code) =>
  topicsOf(code).includes('commands'),
)

export type Told = Pick<EventGap, 'events' | 'codes' | 'rolloutIds' | 'requestIds' | 'hasStorePackages'>

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
export function foldTopics(told: Told, touched: Touched): string[] {
  const kinds: (readonly [Topic, ReadonlySet<string>])[] = [
    ['rollouts', new Set(told.rolloutIds)],
    ['commands', new Set(told.requestIds.map((id) => id ?? '*'))],
    ['stores', new Set(touched.stores)],
    ['devices', new Set(touched.cashIds)],
  ]
  const plain = told.codes.flatMap(topicsOf)
  const packages = told.hasStorePackages ? ['storePackages'] : []
  let left = MAX_NAMES
  // The smallest kinds first: a burst of devices hides no rollout.
  const named = kinds
    .sort((a, b) => a[1].size - b[1].size)
    .flatMap(([kind, names]) => {
      const said = namesOf(kind, names, left)
      left -= Math.max(0, said.length - 1)
      return said
    })
  return [...new Set([...(told.events > 0 ? ['events'] : []), ...plain, ...packages, ...named])].sort()
}
