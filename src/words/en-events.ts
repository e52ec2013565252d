import type { BreachTexts, EventTexts } from './events.ts'

/** What commands are called; another one is shown as its code. */
const ERRANDS: Readonly<Record<string, string>> = {
  look: 'A look',
  message: 'A message',
  closeShift: 'Closing the shift',
  downloadStart: 'Download of update packages',
  downloadStop: 'Stopping the download',
  autoUpdate: 'Auto-update',
  block: 'Block',
}
const SWITCHED: Readonly<Record<string, string>> = { on: ' on', off: ' off' }
const ENDS: Readonly<Record<string, string>> = {
  done: 'done',
  failed: 'failed',
  expired: 'not done in time',
  cancelled: 'called off',
}
const REPORTS: Readonly<Record<string, string>> = { evening: 'Evening list', morning: 'Morning report' }
/** Why a schedule made nothing, or waits. */
const RUNS: Readonly<Record<string, string>> = {
  nothingToDo: 'nothing to do',
  approvalNeeded: 'it waits for an approval',
  packageUnknown: 'there is no such package',
}
const ROLES: Readonly<Record<string, string>> = {
  viewer: 'viewer',
  operator: 'operator',
  approver: 'approver',
  admin: 'administrator',
}
const named = (words: Readonly<Record<string, string>>, code: string): string => words[code] ?? code

/** What is enrolled. */
const ENROLMENTS: Readonly<Record<string, string>> = {
  hostKeys: 'Enrolment of host keys',
  deviceKey: 'Own key',
  revokeKey: 'Revoking the own key',
}

const DEVICES = ['device', 'devices'] as const

/** What happened, in English. */
export const enEvents: EventTexts = {
  rolloutCreated: (p) =>
    `Rollout${p.quoted('name')} created${p.has('devices') ? `: ${p.count('devices', ...DEVICES)}, ${p.text('leftOut')} left out` : ''}`,
  rolloutSubmitted: (p) => `Rollout${p.quoted('name')} submitted for approval`,
  rolloutApproved: (p) =>
    `Rollout${p.quoted('name')} approved${p.has('planHash') ? `, plan ${p.text('planHash')}` : ''}`,
  rolloutRejected: (p) => `Rollout${p.quoted('name')} sent back to draft${p.because(': ')}`,
  rolloutScheduled: (p) => `Rollout${p.quoted('name')} scheduled`,
  rolloutStarted: (p) => `Rollout${p.quoted('name')} started`,
  rolloutPaused: (p) =>
    `Rollout${p.quoted('name')} paused${p.has('count') ? `, wave ${p.text('wave')}${p.breach(': ')}` : p.because(': ')}`,
  rolloutResumed: (p) => `Rollout${p.quoted('name')} resumed${p.because(': ')}`,
  rolloutStopping: (p) => `Rollout${p.quoted('name')} is stopping${p.because(': ')}`,
  rolloutCancelled: (p) => `Rollout${p.quoted('name')} stopped`,
  rolloutFinished: (p) =>
    `Rollout${p.quoted('name')} finished${p.has('total') ? `: ${p.text('succeeded')} of ${p.text('total')} updated` : ''}`,
  rolloutReopened: (p) =>
    `Rollout${p.quoted('name')} reopened${p.has('devices') ? `: retry, ${p.count('devices', ...DEVICES)}` : ''}`,
  waveReleased: (p) =>
    `Wave ${p.text('wave')} released${p.has('devices') ? `: ${p.count('devices', ...DEVICES)}` : ''}${p.because('. Why: ')}`,
  planRevised: (p) =>
    p.has('added')
      ? `New revision of the plan proposed: ${p.count('added', 'newcomer', 'newcomers')}, plan ${p.text('planHash')}`
      : `The plan was made anew: ${p.count('devices', ...DEVICES)}, plan ${p.text('planHash')}`,
  revisionApproved: (p) =>
    `Revision approved: ${p.count('added', 'newcomer', 'newcomers')} in the last wave, plan ${p.text('planHash')}`,
  openingAtRisk: (p) =>
    `ALARM: not over yet, ${p.count('minutes', 'minute', 'minutes')} left until the window ends or the shop opens. Ring the shop`,
  rollbackBegun: (p) => `Wave ${p.text('wave')} goes back to the former version`,
  rollbackImpossible: (p) =>
    `ALARM: wave ${p.text('wave')} should go back, and cannot. A person has to decide`,
  deviceSkipped: (p) => `Till ${p.text('cashId')} taken out of the rollout${p.because(': ')}`,
  freezeAdded: (p) =>
    `Freeze${p.quoted('name')} from ${p.text('from')} to ${p.text('to')}${p.has('scopeName') ? `, ${p.text('scopeName')}` : ''}`,
  freezeLifted: (p) => `Freeze${p.quoted('name')} lifted`,
  storeChanged: (p) => `Store ${p.text('store')} changed: ${p.text('changed')}`,
  deviceChanged: (p) => `Device ${p.text('cashId')} changed: ${p.text('changed')}`,
  storeHoursChanged: (p) => `Windows or opening hours of ${p.text('store')} changed`,
  dryRunRequested: (p) => `Dry run with a look at ${p.count('devices', ...DEVICES)}`,
  gateClosed: (p) =>
    `The gate after wave ${p.text('wave')} stays closed: ${p.text('failed')} failed, ${p.text('budget')} allowed`,
  updateMoved: (p) => `${p.move()}${p.because(': ')}`,
  storePackageMoved: (p) => `Package: ${p.move()}${p.because(': ')}`,
  downloadFinished: (p) => `Download of update packages up to version ${p.version('version')} finished`,
  retryRequested: (p) => `Retry requested${p.because('. It was: ')}`,
  retryRefused: (p) => `Retry refused${p.because(': ')}`,
  boardAction: (p) =>
    `Queue board: ${p.text('action')}, queue ${p.text('queue')}${p.has('job') ? `, job ${p.text('job')}` : ''}`,
  boardActionRefused: (p) => `Queue board: refused ${p.text('action')}, queue ${p.text('queue')}`,
  packageAdded: (p) =>
    `Package ${p.version('version')} (${p.text('kind')}) added, ${p.count('size', 'byte', 'bytes')}${p.has('signer') ? `, signed by ${p.text('signer')}` : ''}${p.has('olderThan') ? `; older than ${p.version('olderThan')}, on purpose` : ''}`,
  packageUnsigned: (p) =>
    `ALARM: package ${p.version('version')} (${p.text('kind')}) was added unsigned: nobody vouches for it`,
  packageSigned: (p) =>
    `Package ${p.version('version')} (${p.text('kind')}) signed anew by ${p.text('signer')}`,
  packageDistrusted: (p) =>
    `ALARM: package ${p.version('version')} (${p.text('kind')}) is not good any more${p.because(': ')}. Paused: ${p.count('rollouts', 'rollout', 'rollouts')}`,
  packageRetired: (p) => `Package ${p.version('version')} (${p.text('kind')}) retired`,
  packageUnretired: (p) => `Package ${p.version('version')} (${p.text('kind')}) may be planned with again`,
  fleetImported: (p) =>
    `Fleet imported: ${p.count('stores', 'store', 'stores')}, ${p.count('devices', ...DEVICES)}`,
  databaseRestored: (p) =>
    `Database restored (${p.text('from')}): ${p.count('devices', ...DEVICES)}, ${p.count('paused', 'rollout', 'rollouts')} paused. Look at them, then resume`,
  deviceRemoved: (p) => `Device ${p.text('cashId')} taken out of the fleet`,
  storeRemoved: (p) => `Store ${p.text('store')} taken out of the fleet`,
  tokenCreated: (p) => `Token “${p.text('name')}” created`,
  userAdded: (p) => `User ${p.text('login')} added: ${named(ROLES, p.text('role'))}`,
  userChanged: (p) =>
    `User ${p.text('login')} changed${p.has('role') ? `: ${named(ROLES, p.text('role'))}` : ''}`,
  passwordLinkMade: (p) => `Link to choose a password made for ${p.text('login')}`,
  passwordChanged: (p) => `Password of ${p.text('login')} changed`,
  signedIn: (p) => `${p.text('login')} signed in`,
  sessionsEnded: (p) => `${p.text('login')} signed out: ${p.count('count', 'session', 'sessions')}`,
  tokenRevoked: (p) => `Token “${p.text('name')}” revoked`,
  hostKeyEnrolled: (p) => `Host key of ${p.text('host')} enrolled: ${p.text('fingerprint')}`,
  hostKeyChanged: (p) =>
    `ALARM: ${p.text('host')} shows another host key than it had${p.has('shown') ? `: ${p.text('shown')}` : ''}. Nothing is sent to it: find out why`,
  hostKeyRefused: (p) =>
    `Host key of ${p.text('host')} refused: ${p.text('fingerprint')}${p.because('. Why: ')}`,
  hostKeyRetired: (p) => `Host key of ${p.text('host')} retired: ${p.text('fingerprint')}`,
  enrolmentRequested: (p) =>
    `${named(ENROLMENTS, p.text('what'))} requested: ${p.count('hosts', 'host', 'hosts')}`,
  enrolmentEnded: (p) =>
    `${named(ENROLMENTS, p.text('what'))} of ${p.text('host')}: ${named(ENDS, p.text('state'))}${p.because(': ')}`,
  deviceKeyAuthorised: (p) => `Till ${p.text('cashId')} may fetch with its own key: ${p.text('fingerprint')}`,
  deviceKeyRevoked: (p) => `The key of till ${p.text('cashId')} is revoked`,
  deviceKeyLeft: (p) =>
    `Till ${p.text('cashId')} moved to store ${p.text('to')}: its key is to be taken off the server of store ${p.text('store')}, and to be enrolled in the new store`,
  leaseExpired: (p) =>
    `Worker${p.has('worker') ? ` ${p.text('worker')}` : ''} was lost in step ${p.text('step')}; the step was taken back`,
  workerJoined: (p) => `Worker ${p.text('worker')} joined, capacity ${p.text('capacity')}`,
  workerLost: (p) => `Worker ${p.text('worker')} lost`,
  deviceBlocked: (p) => `Till ${p.text('cashId')} blocked${p.because(': ')}`,
  deviceUnblocked: (p) => `Till ${p.text('cashId')} unblocked${p.because(': ')}`,
  scheduleCreated: (p) => `Schedule${p.quoted('name')} created: ${p.text('cron')}, ${p.text('timeZone')}`,
  scheduleApproved: (p) => `Schedule${p.quoted('name')} approved: its rollouts start by themselves`,
  scheduleEnded: (p) => `Schedule${p.quoted('name')} ended`,
  scheduleRan: (p) =>
    `Rollout made by schedule${p.quoted('name')}${p.has('reason') ? `: ${named(RUNS, p.text('reason'))}` : ''}`,
  scheduleSkipped: (p) => `Schedule${p.quoted('name')} made no rollout: ${named(RUNS, p.text('reason'))}`,
  reportMade: (p) =>
    `${named(REPORTS, p.text('kind'))} made${p.has('timeZone') ? `, ${p.text('timeZone')}` : ''}: ${p.count('devices', ...DEVICES)}`,
  firstReceipt: (p) => `First receipt after the update: ${p.text('cashId')}`,
  messageSent: (p) => `Message sent to ${p.count('devices', ...DEVICES)}: “${p.text('text')}”`,
  commandsRequested: (p) =>
    `${named(ERRANDS, p.text('kind'))}${named(SWITCHED, p.has('body') ? p.text('body') : '')} asked for: ${p.count('devices', ...DEVICES)}`,
  commandsCancelled: (p) =>
    `${named(ERRANDS, p.text('kind'))} called off, not begun: ${p.count('devices', ...DEVICES)}`,
  storePackageWanted: (p) =>
    `Package ${p.version('version')} (${p.text('kind')}) is to lie on the server of ${p.text('store')}`,
  storePackageWithdrawn: (p) =>
    `Package ${p.version('version')} (${p.text('kind')}) withdrawn from the server of ${p.text('store')}`,
  commandEnded: (p) =>
    `${named(ERRANDS, p.text('kind'))}${named(SWITCHED, p.has('body') ? p.text('body') : '')}, ${p.text('cashId')}: ${named(ENDS, p.text('state'))}${p.because(': ')}`,
}

/** Why a gate stopped its rollout, in English. */
export const enBreaches: BreachTexts = {
  failures: (p) =>
    `${p.text('count')} of ${p.text('of')} judged failed: ${p.number('percent')}%, allowed ${p.number('allowed')}%, minimum sample ${p.text('minimumSample')}`,
  silent: (p) =>
    `${p.text('count')} of ${p.text('of')} fell silent while they were installed: ${p.number('percent')}%, allowed ${p.number('allowed')}%, known before ${p.number('usual')}`,
  unreachable: (p) =>
    `${p.text('count')} of ${p.text('of')} are out of reach: ${p.number('percent')}% beyond the usual ${p.number('usual')}, allowed ${p.number('allowed')}%`,
}
