/** The answers' own schemas are the page's types: what the API changes does not compile here. */
import type { z } from 'zod'
import type {
  sessionsAnswer,
  tokenMadeAnswer,
  tokensAnswer,
  userAnswer,
} from '../../../src/api/answers/access.ts'
import type {
  commandAnswer,
  commandSentAnswer,
  commandsAnswer,
  deviceCommandsAnswer,
} from '../../../src/api/answers/commands.ts'
import type { event, reportAnswer, reportsAnswer, scheduleAnswer } from '../../../src/api/answers/events.ts'
import type { fiscalAnswer } from '../../../src/api/answers/fiscal.ts'
import type {
  deviceAnswer,
  devicesAnswer,
  fleetPreviewAnswer,
  freezeAnswer,
  historyAnswer,
  namesAnswer,
  storeAnswer,
  storesAnswer,
} from '../../../src/api/answers/fleet.ts'
import type {
  confirmedAnswer,
  enrolAnswer,
  enrolmentAnswer,
  enrolmentRequestsAnswer,
  hostKeysAnswer,
  keysImportedAnswer,
} from '../../../src/api/answers/hosts.ts'
import type { boardAnswer, liveMessage, outlookAnswer } from '../../../src/api/answers/live.ts'
import type {
  distributeAnswer,
  packageAnswer,
  packageCheckAnswer,
  packageDetail,
  storePackagesAnswer,
} from '../../../src/api/answers/packages.ts'
import type { counts } from '../../../src/api/answers/pieces.ts'
import type {
  rolloutOutlookAnswer,
  timelineAnswer,
  troublesAnswer,
} from '../../../src/api/answers/rollout-page.ts'
import type {
  consequencesAnswer,
  driftAnswer,
  dryRunAnswer,
  dryRunLiveAnswer,
  planAnswer,
  plannedAnswer,
  replanAnswer,
  retriedAnswer,
  rolloutAnswer,
  rolloutsAnswer,
  skippedAnswer,
  updateAnswer,
  updatesAnswer,
} from '../../../src/api/answers/rollouts.ts'
import type { Permission } from '../../../src/api/permissions.ts'

/** One page of any list. */
export interface Page<T> {
  readonly items: readonly T[]
  readonly next: string | null
  readonly more: boolean
  readonly total?: number | undefined
}
type ItemOf<S extends z.ZodType> = z.infer<S> extends { items: (infer T)[] } ? T : never

export interface Me {
  readonly actor: string
  readonly userId: string | null
  readonly by: 'token' | 'session'
  readonly role: 'viewer' | 'operator' | 'approver' | 'admin' | null
  readonly permissions: readonly Permission[]
  readonly storeGroups: readonly string[] | null
  readonly server?: { readonly version: string }
  /** `always`: a plan is approved by somebody else than who made it. */
  readonly twoPersons?: 'asPlanned' | 'always'
}

export type Device = ItemOf<typeof devicesAnswer>
export type DeviceWhole = z.infer<typeof deviceAnswer>
export type StatusChange = ItemOf<typeof historyAnswer>
export type Store = ItemOf<typeof storesAnswer>
export type StoreWhole = z.infer<typeof storeAnswer>
export type Fiscal = z.infer<typeof fiscalAnswer>
export type FiscalDevice = Fiscal['items'][number]
export type NameCount = ItemOf<typeof namesAnswer>
export type Freeze = z.infer<typeof freezeAnswer>
export type FleetPreview = z.infer<typeof fleetPreviewAnswer>
export type Package = z.infer<typeof packageAnswer>
export type PackageWhole = z.infer<typeof packageDetail>
export type PackageCheck = z.infer<typeof packageCheckAnswer>
export type PackagePlace = ItemOf<typeof storePackagesAnswer>
export type Distributed = z.infer<typeof distributeAnswer>
export type Counts = z.infer<typeof counts>
export type EventView = z.infer<typeof event>
export type KeptReport = ItemOf<typeof reportsAnswer>
export type Report = z.infer<typeof reportAnswer>
export type Schedule = z.infer<typeof scheduleAnswer>
export type Rollout = ItemOf<typeof rolloutsAnswer>
export type RolloutWhole = z.infer<typeof rolloutAnswer>
export type RolloutPlanned = z.infer<typeof plannedAnswer>
export type DryRun = z.infer<typeof dryRunAnswer>
export type DryRunLive = z.infer<typeof dryRunLiveAnswer>
export type Drift = z.infer<typeof driftAnswer>
export type Replan = z.infer<typeof replanAnswer>
export type PlanKept = z.infer<typeof planAnswer>
export type Consequences = z.infer<typeof consequencesAnswer>
export type RolloutOutlook = z.infer<typeof rolloutOutlookAnswer>
export type Skipped = z.infer<typeof skippedAnswer>
export type Timeline = z.infer<typeof timelineAnswer>
export type Trouble = z.infer<typeof troublesAnswer>['items'][number]
export type Retried = z.infer<typeof retriedAnswer>
export type DeviceUpdate = ItemOf<typeof updatesAnswer>
export type DeviceUpdateWhole = z.infer<typeof updateAnswer>
export type Attempt = DeviceUpdateWhole['attempts'][number]
export type CommandSent = z.infer<typeof commandSentAnswer>
export type Command = ItemOf<typeof commandsAnswer>
export type CommandWhole = z.infer<typeof commandAnswer>
export type DeviceCommand = ItemOf<typeof deviceCommandsAnswer>
export type User = z.infer<typeof userAnswer>
export type Session = z.infer<typeof sessionsAnswer>['items'][number]
export type Token = z.infer<typeof tokensAnswer>['items'][number]
export type TokenMade = z.infer<typeof tokenMadeAnswer>
export type Enrolment = z.infer<typeof enrolmentAnswer>
export type EnrolmentRequest = z.infer<typeof enrolmentRequestsAnswer>['items'][number]
export type Enrolled = z.infer<typeof enrolAnswer>
export type Confirmed = z.infer<typeof confirmedAnswer>
export type Host = ItemOf<typeof hostKeysAnswer>
export type KeysImport = z.infer<typeof keysImportedAnswer>
export type Board = z.infer<typeof boardAnswer>
export type BoardNews = z.infer<typeof liveMessage>
export type Outlook = z.infer<typeof outlookAnswer>
export type { Permission }
