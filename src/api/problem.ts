/** What goes wrong at the API, as RFC 9457 problems. The codes are stable: programs compare them, people read the title. */

export const problems = {
  bodyNotJson: [400, 'The body is not JSON'],
  keyInUse: [409, 'A request with this Idempotency-Key is still running'],
  keyReused: [422, 'This Idempotency-Key belongs to another request'],
  parameterTwice: [422, 'A parameter is named twice'],
  bodyTooDeep: [422, 'The body is nested too deeply'],
  requestTooSlow: [408, 'The request came too slowly'],
  urlTooLong: [414, 'The address is too long'],
  headersTooLarge: [431, 'The headers are too many or too large'],
  tooManyRequests: [429, 'Too many requests'],
  tooManyUploads: [429, 'Too many uploads run'],
  tooManyChecks: [429, 'Too many signatures are being checked'],
  tooManyConnections: [503, 'Too many connections are open'],
  shuttingDown: [503, 'This server is closing'],
  urlInvalid: [400, 'The address cannot be read'],
  requestInvalid: [400, 'The request is not HTTP as this server speaks it'],
  uploadTruncated: [400, 'The upload ended before its last byte'],
  tokenInvalid: [401, 'A valid token is needed'],
  signInRefused: [401, 'Login or password is wrong'],
  tooManySignIns: [429, 'Too many wrong sign-ins: wait before the next'],
  sessionNeeded: [403, 'Only somebody who is signed in by a browser may do this'],
  beyondOwn: [403, 'Nobody gives away more than they may'],
  permissionMissing: [403, 'Your role may not do this'],
  outOfScope: [403, 'Stores outside your groups are touched by this'],
  crossSite: [403, 'Another site may not change anything here'],
  notFound: [404, 'There is no such thing'],
  routeUnknown: [404, 'There is no such address'],
  methodNotAllowed: [405, 'This address does not know that method'],
  notAllowed: [409, 'Not allowed in the present state'],
  loginTaken: [409, 'Somebody has this login, or a token is named so'],
  nameTaken: [409, 'A token has this name, or somebody has this login'],
  tooManyTokens: [409, 'So many tokens work already: revoke one first'],
  lastAdmin: [409, 'Nobody would be left who may manage users'],
  noPassword: [409, 'This user is disabled, or signs in elsewhere'],
  planHashDiffers: [409, 'The plan is another one by now'],
  planChanged: [409, 'What was planned from is not what is there now'],
  hostMoved: [409, 'The host has another address than the one where its keys were seen'],
  lastHostKey: [409, 'The last key of a host stays: without one nothing is sent there'],
  tooManyHostKeys: [409, 'A host has at most eight pinned keys'],
  noOwnKey: [409, 'The device has no key of its own'],
  fingerprintUnknown: [422, 'This fingerprint is not among those that were shown'],
  nothingToEnrol: [422, 'There is no host to enrol'],
  hostUnknown: [422, 'There is no such host'],
  planFixed: [409, 'An approved plan takes newcomers and nothing else'],
  noNewcomers: [409, 'There is nobody new to plan for'],
  approvalNeeded: [409, 'Somebody has to approve this plan first'],
  samePerson: [403, 'Who made the plan may not approve it'],
  previewDiffers: [409, 'The preview is of another rollout, or of something else'],
  numberTwice: [409, 'A number is used twice in one store'],
  packageExists: [409, 'This kind of device has another package of this version'],
  packageRetired: [409, 'The package is retired'],
  versionLower: [409, 'A later version of this kind is there already'],
  rolloutCancelled: [409, 'The rollout was stopped'],
  ownedByRollout: [409, 'Another rollout has this device'],
  notRetryable: [409, 'There is nothing to retry'],
  bodyTooLarge: [413, 'The body is too large'],
  contentTypeUnsupported: [415, 'This content type is not read here'],
  fieldInvalid: [422, 'A value is not acceptable'],
  passwordWeak: [422, 'A password has 12 letters or more, and is not the login'],
  fieldUnknown: [422, 'There is no such field'],
  textInvalid: [422, 'A text holds characters that cannot be kept'],
  versionInvalid: [422, 'A version is eight digits'],
  fileNameInvalid: [422, 'A file name is letters, digits, dot, dash and underscore'],
  fileEmpty: [422, 'The file is empty'],
  fileTooLarge: [422, 'The file holds more than is read at once'],
  encodingUnknown: [422, 'The file is no text in UTF-8 or windows-1251'],
  syntaxInvalid: [422, 'The file is not written as its format wants it'],
  tooDeep: [422, 'The file is nested too deeply'],
  keyTwice: [422, 'A name stands twice where it may stand once'],
  columnUnknown: [422, 'There is no such column'],
  columnTwice: [422, 'A column stands twice'],
  columnMissing: [422, 'A column is needed'],
  cellsTooMany: [422, 'A row has more cells than the header'],
  rowInvalid: [422, 'A row says something of a device without naming it'],
  storeDiffers: [422, 'Two rows say different things of one store'],
  fieldMissing: [422, 'A value is needed'],
  numberInvalid: [422, 'This is no whole number'],
  flagInvalid: [422, 'This is neither true nor false'],
  jsonInvalid: [422, 'This cell is not JSON'],
  variableUnset: [422, 'A variable of the inventory is needed'],
  variableUnknown: [422, 'There is no such variable'],
  templateUnresolved: [422, 'A variable of the inventory is still a template'],
  rangeInvalid: [422, 'A range of hosts cannot be read'],
  groupCycle: [422, 'A group of the inventory contains itself'],
  storeServerMissing: [422, 'No host of the inventory is the server of this store'],
  fleetChanged: [409, 'The fleet has changed since the preview'],
  cashIdTwice: [422, 'A cash id is used twice'],
  storeTwice: [422, 'A store code is used twice'],
  nothingToReport: [404, 'No rollout is under way, or was last night'],
  rolloutNeeded: [409, 'There are several rollouts to report of: name one'],
  cronInvalid: [422, 'A schedule is five cron fields'],
  cronNeverFires: [422, 'The schedule never runs'],
  timeZoneUnknown: [422, 'There is no such time zone'],
  windowInvalid: [422, 'A window is no span of days and times'],
  windowNeverOpens: [422, 'The window never opens'],
  openingInvalid: [422, 'Opening hours are no span of days and times'],
  dateInvalid: [422, 'There is no such date'],
  dateRepeated: [422, 'A date is named twice'],
  calendarInvalid: [422, 'The calendar of a store cannot be used'],
  freezeInvalid: [422, 'A freeze has two local times, the end after its beginning'],
  freezeUnknown: [422, 'There is no such freeze'],
  reasonNeeded: [422, 'This needs a reason'],
  wavesDoNotAddUp: [422, 'The waves do not add up to the selection'],
  waveInvalid: [422, 'A wave cannot be made this way'],
  thresholdInvalid: [422, 'A threshold is a percentage from 0 to 100'],
  policyInvalid: [422, 'The policy contradicts itself'],
  lanesImpossible: [422, 'The lanes asked for leave no till to install'],
  nobodyReached: [422, 'Nobody would be reached by this'],
  nothingToDo: [422, 'There is no device to update'],
  versionBelowMinimum: [422, 'Every device needs a version in between first'],
  rollbackUnsupported: [422, 'This version cannot be left again'],
  storeMissing: [422, 'A device belongs to no store'],
  minVersionInvalid: [422, 'A package cannot need its own version, or a later one'],
  packageUnfit: [422, 'This package is not for store servers'],
  storeUnknown: [422, 'There is no such store'],
  deviceUnknown: [422, 'There is no such device'],
  groupUnknown: [422, 'No store has this group'],
  labelUnknown: [422, 'No store or device has this label'],
  packageUnknown: [422, 'There is no such package'],
  cursorInvalid: [422, 'This is no place in this list'],
  filterInvalid: [422, 'The filter cannot be read'],
  sortInvalid: [422, 'The list cannot be sorted by this'],
  preconditionFailed: [412, 'Somebody has changed it meanwhile'],
  preconditionRequired: [428, 'If-Match is needed: what you have seen of it'],
  unsigned: [422, 'Nobody signed this package'],
  manifestInvalid: [422, 'The manifest is not of the form that is signed'],
  manifestDiffers: [422, 'The manifest is of another package'],
  packageExpired: [422, 'The manifest has expired'],
  signatureInvalid: [422, 'The signature is not good'],
  signerUnknown: [422, 'Who signed is no allowed signer'],
  digestMismatch: [422, 'The file is not the one that was announced'],
  uploadEmpty: [422, 'The file is empty'],
  internalError: [500, 'Something went wrong in the head office'],
  signersMissing: [503, 'There is no list of who may sign'],
  signatureToolMissing: [503, 'Signatures cannot be checked here'],
  unavailable: [503, 'The database or the queues do not answer'],
  tooManyStreams: [503, 'Too many streams are open'],
  storageFull: [507, 'The disk of the head office is full'],
} as const satisfies Record<string, readonly [status: number, title: string]>
export type ProblemCode = keyof typeof problems

/** One thing that is wrong with a request; `path` is where: `stores.3.devices.0.cashId`. */
export interface Fault {
  readonly code: ProblemCode
  readonly path: string
  readonly detail?: string
  readonly value?: string
  /** Of a file: from 1. */
  readonly line?: number
  readonly column?: number
  /** Numbers and names behind it. */
  readonly params?: Readonly<Record<string, unknown>>
}

export interface ProblemOptions {
  readonly detail?: string
  readonly path?: string
  readonly errors?: readonly Fault[]
  /** Further members of the answer, e.g. the present state and what it allows. */
  readonly more?: Readonly<Record<string, unknown>>
  /** Another than the code's own. */
  readonly status?: number
  /** Seconds; answered as Retry-After. */
  readonly retryAfter?: number
  readonly cause?: unknown
}

/** Thrown by whatever serves a request; answered as `application/problem+json`. */
export class Problem extends Error {
  readonly code: ProblemCode
  readonly options: ProblemOptions

  constructor(code: ProblemCode, options: ProblemOptions = {}) {
    super(options.detail ?? code, { cause: options.cause })
    this.name = 'Problem'
    this.code = code
    this.options = options
  }

  get status(): number {
    return this.options.status ?? problems[this.code][0]
  }
}

const MAX_FAULTS = 100

/** Everything that is wrong at once, under the first fault's code. */
export function faultsProblem(faults: readonly Fault[], status = 422): Problem {
  const [first] = faults
  if (first === undefined) return new Problem('fieldInvalid')
  const { code, path, detail } = first
  return new Problem(code, {
    status,
    path,
    ...(detail === undefined ? {} : { detail }),
    errors: faults.slice(0, MAX_FAULTS),
    more: faults.length > MAX_FAULTS ? { errorsInAll: faults.length } : {},
  })
}

/** The body of the answer. */
export function problemBody(problem: Problem, requestId: string): Record<string, unknown> {
  const { detail, path, errors, more } = problem.options
  return {
    type: `urn:nightshift:problem:${problem.code}`,
    title: problems[problem.code][1],
    status: problem.status,
    code: problem.code,
    ...(detail === undefined ? {} : { detail }),
    ...(path === undefined ? {} : { path }),
    ...(errors === undefined ? {} : { errors }),
    ...more,
    requestId,
  }
}
