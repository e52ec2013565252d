/** Quick choices of the journal, as values of the filter's `code`. Every code of an event is in one of them, alarms aside. */
export const journalKinds = {
  alarms: [
    'hostKeyChanged',
    'openingAtRisk',
    'rollbackImpossible',
    'gateClosed',
    'packageUnsigned',
    'packageDistrusted',
  ],
  rollouts: [
    'rollout*',
    'wave*',
    'plan*',
    'revision*',
    'rollback*',
    'gateClosed',
    'openingAtRisk',
    'deviceSkipped',
    'dryRun*',
    'freeze*',
  ],
  updates: ['updateMoved', 'downloadFinished', 'firstReceipt', 'retry*', 'leaseExpired'],
  packages: ['package*', 'storePackage*'],
  commands: ['message*', 'command*', 'deviceBlocked', 'deviceUnblocked'],
  fleet: [
    'fleet*',
    'storeChanged',
    'storeHoursChanged',
    'storeRemoved',
    'deviceChanged',
    'deviceRemoved',
    'deviceBlocked',
    'deviceUnblocked',
  ],
  keys: ['hostKey*', 'enrolment*', 'deviceKey*'],
  schedules: ['schedule*', 'report*'],
  access: ['token*', 'user*', 'password*', 'signedIn', 'sessionsEnded'],
  system: ['worker*', 'board*', 'leaseExpired', 'databaseRestored'],
} as const
export type JournalKind = keyof typeof journalKinds
export const journalKindNames = Object.keys(journalKinds) as JournalKind[]

export const kindTerm = (kind: JournalKind): string => journalKinds[kind].join(',')
/** The kind that a term of the filter stands for; undefined: somebody typed another one. */
export const kindOfTerm = (term: string | undefined): JournalKind | undefined =>
  journalKindNames.find((kind) => kindTerm(kind) === term)

const alarms: ReadonlySet<string> = new Set(journalKinds.alarms)
export const isAlarm = (code: string): boolean => alarms.has(code)

/** A value with whatever a name may have in it. */
export const quoted = (text: string): string => `"${text.replaceAll(/["\\]/g, '\\$&')}"`
export const unquoted = (term: string): string =>
  term.startsWith('"') ? term.slice(1, -1).replaceAll(/\\(["\\])/g, '$1') : term
