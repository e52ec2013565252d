/**
 * What the head office accepts from a device: docs/nightctl.md, version 1, as schemas.
 * Answers come from hosts that may be old, broken or hostile, so lengths are bounded and nothing is assumed.
 */
import { z } from 'zod'

const CONTRACT_VERSION = 1
/** The marked line starts with this, at the start of a line. */
export const MARK = `NIGHTCTL/${CONTRACT_VERSION} `
export const MAX_ANSWER_BYTES = 64 * 1024

/** Answer class → exit status (sysexits.h: EX_NOPERM, EX_TEMPFAIL, EX_USAGE). */
export const exitStatus = { done: 0, refused: 77, later: 75, usage: 64 } as const
export type AnswerClass = keyof typeof exitStatus

export const deviceReasons = [
  'wrongDevice',
  'superseded',
  'deviceBusy',
  'receiptOpen',
  'activityUnknown',
  'tillBlocked',
  'shiftOpen',
  'cashInDrawer',
  'diskFull',
  'transferFailed',
  'packageMissing',
  'packageDamaged',
  'signatureInvalid',
  'versionLower',
  'armingExpired',
  'installFailed',
  'healthFailed',
  'rollbackUnsupported',
  'rollbackFailed',
  'internalError',
] as const
export type DeviceReason = (typeof deviceReasons)[number]

const text = z.string().max(200)
const time = z.string().max(40)
const count = z.int().nonnegative()
const version = z.string().regex(/^\d{1,8}$/)
const sha256 = z.string().regex(/^[0-9a-f]{64}$/)
const reason = z.enum(deviceReasons)

export const deviceKinds = ['storeServer', 'till', 'selfCheckout', 'priceChecker'] as const
export type DeviceKind = (typeof deviceKinds)[number]

export const describeData = z.object({
  contract: z.literal(CONTRACT_VERSION),
  agent: text,
  kinds: z.array(z.enum(deviceKinds)).max(8),
  capabilities: z.object({
    rollback: z.boolean(),
    signature: z.boolean(),
    detachedDownload: z.boolean(),
    http: z.boolean(),
    sftp: z.boolean(),
    /** Came later than the others: agents that do not say it cannot. */
    autoUpdate: z.boolean().default(false),
    ownKey: z.boolean().default(false),
  }),
})

const downloadState = z.object({
  state: z.enum(['none', 'running', 'done', 'failed']),
  received: count,
  size: count.nullable(),
  version: version.nullable(),
  sha256: sha256.nullable(),
  reason: reason.nullable(),
})
export const downloadData = z.object({ download: downloadState })

export const operationData = z.object({
  operation: z.object({
    id: text,
    verb: text,
    generation: count,
    state: z.enum(['unknown', 'running', 'done', 'failed']),
    reason: reason.nullable(),
    detail: z.string().max(2000).nullable(),
  }),
})

const armedState = z.object({ version, sha256, until: time, operation: text })
export const armData = z.object({ armed: armedState, formerAutoUpdate: z.boolean().nullable() })
export const disarmData = z.object({ armed: z.null(), autoUpdate: z.boolean().nullable() })
/** The standing switch: while armed, what it will be put back to. */
export const autoUpdateData = z.object({ autoUpdate: z.boolean() })
export const verifyData = z.object({ verified: z.literal(true) })
/** The public half of the device's own key, `ssh-ed25519 AAAA…`. */
export const keyData = z.object({ publicKey: z.string().max(4000) })
/** Of `close-shift`, `message`, `block`, `clean`: done says it all. */
export const doneData = z.object({})

export const statusData = z.object({
  cashId: text.nullable(),
  version: z.string().max(40).nullable(),
  previousVersion: z.string().max(40).nullable(),
  bootId: text.nullable(),
  activity: z.enum(['idle', 'receipt', 'payment', 'technicalBreak', 'service', 'unknown']),
  health: z.enum(['healthy', 'unhealthy', 'starting']).nullable(),
  blocked: z.boolean().nullable(),
  autoUpdate: z.boolean().nullable(),
  generation: count,
  armed: armedState.nullable(),
  staged: z.array(z.object({ version, sha256, size: count })).max(100),
  download: downloadState.nullable(),
  shift: z
    .object({ open: z.boolean().nullable(), number: count.nullable(), openedAt: time.nullable() })
    .nullable(),
  sum: z.int().nullable(),
  drawer: z.int().nullable(),
  cashier: z.object({ kind: z.enum(['none', 'person', 'selfCheckout']), name: text.nullable() }).nullable(),
  lastReceipt: z.object({ number: count.nullable(), at: time.nullable() }).nullable(),
  /** Came later than the others: agents that do not say it count as not knowing it. */
  printer: z.enum(['ready', 'notReady']).nullable().default(null),
  replication: z.object({ lagSeconds: count.nullable(), unsent: count.nullable() }).nullable(),
  disk: z.object({ freeBytes: count }).nullable(),
  clock: time.nullable(),
  fiscal: z
    .object({
      deviceNumber: text.nullable(),
      fnNumber: text.nullable(),
      flags: z.array(text).max(50),
      validUntil: time.nullable(),
      ffd: text.nullable(),
      ofdQueue: z
        .object({ length: count.nullable(), firstNumber: count.nullable(), firstAt: time.nullable() })
        .nullable(),
      lastClosing: z.object({ number: count.nullable(), at: time.nullable() }).nullable(),
    })
    .nullable(),
})

export type Status = z.infer<typeof statusData>
export type Download = z.infer<typeof downloadState>
export type Operation = z.infer<typeof operationData>['operation']

/** The envelope of the marked line. `reason` and `data` are checked against class and verb afterwards. */
export const answerEnvelope = z.object({
  class: z.enum(['done', 'refused', 'later', 'usage']),
  reason: z.string().max(80).nullable(),
  data: z.record(z.string(), z.unknown()).nullable().optional(),
})
