/** What a step gets to work with: its claim and plan as rows say them, and the way to its device. */
import type { UpdateWork } from '../db/work.ts'
import { CALL_MS, callDevice } from '../device/call.ts'
import { DeviceFailure } from '../device/failure.ts'
import type { StepContext } from '../device/step.ts'
import type { Route } from '../ssh/types.ts'
import { abortable } from './abortable.ts'
import type { WorkerDeps } from './deps.ts'
import type { Held } from './held.ts'
import { packageUrl } from './package-files.ts'

/** What an attempt leaves behind for its end. */
export interface Trace {
  /** A mutating verb may have changed the device. */
  acted: boolean
  /** It said something of itself. */
  reached: boolean
  /** The full version that it named first, before anything was done to it. */
  saidVersion: number | null
  notes: Readonly<Record<string, unknown>>
}
export const newTrace = (): Trace => ({ acted: false, reached: false, saidVersion: null, notes: {} })

/** Operations are named by claim, so that a repetition is recognised on the device. */
const operationId = (updateId: string, generation: number): string => `${updateId}.g${generation}`

type Ended = UpdateWork['runs'][number]
const wasLost = (last: Ended | undefined): last is Ended =>
  last?.outcome === 'contactLost' || last?.outcome === 'leaseLost'

/** Contact was lost in a restart or rollback that may still be under way: its operation tells what became of it. */
function lostAttempt(work: UpdateWork): StepContext['lost'] {
  const [last] = work.runs
  if (!wasLost(last)) return undefined
  const { step, generation } = last
  if (step !== 'restart' && step !== 'rollback') return undefined
  return { step, operation: operationId(work.id, generation), at: last.endedAt?.getTime() ?? 0 }
}

interface Reached {
  readonly device: {
    readonly kind: string
    readonly host: string | null
    readonly port: number
    readonly user: string
    readonly credential: string
    readonly hostKeys: readonly string[]
  }
  readonly store: Route['store']
}

/** A store server is its own jump: where its device has the server's address, it is reached without one. */
export function routeOf({ device, store }: Reached): Route {
  const isServer = device.kind === 'storeServer' && device.host === store.host && device.port === store.port
  return isServer ? { store } : { store, device: { ...device, host: device.host ?? '' } }
}

export interface Attempt {
  readonly deps: WorkerDeps
  readonly work: UpdateWork
  readonly held: Held
  readonly signal: AbortSignal
  readonly trace: Trace
  readonly triedSince: Date
  /** Keeps what the device said. */
  sawStatus: StepContext['sawStatus']
  /** Name of the step, for crash points. */
  readonly step: string
}

/** Calls nightctl, and remembers whether the device may have been changed. */
function caller({ deps, work, signal, trace }: Attempt): StepContext['call'] {
  const target = { route: routeOf(work), agent: work.device.agent }
  return async (call, schema, deadlineMs = CALL_MS) => {
    try {
      const data = await callDevice(deps.ssh, target, call, schema, { deadlineMs, signal })
      if (call.mutates && !call.isAside) trace.acted = true
      return data
    } catch (error) {
      // An abort in the middle of a call proves nothing either.
      const mayHaveActed = !(error instanceof DeviceFailure) || error.mayHaveActed
      if (call.mutates && mayHaveActed) trace.acted = true
      throw error
    }
  }
}

export function makeContext(attempt: Attempt): StepContext {
  const { deps, work, held, signal, trace } = attempt
  const [last] = work.runs
  const { version, size, sha256, ffd, firmware, manifest, signature } = work.package
  return {
    call: caller(attempt),
    claim: {
      cashId: work.device.cashId,
      operation: operationId(work.id, held.generation),
      generation: held.generation,
    },
    package: { version, size: Number(size), sha256 },
    ...(manifest === null || signature === null ? {} : { signed: { manifest, signature } }),
    packageFacts: { ffd: ffd.length === 0 ? null : ffd, firmware },
    source: packageUrl(work.store.packageUrl, sha256),
    policy: work.policy,
    deviceKind: work.device.kind,
    rolloutKind: work.rollout.kind === 'rollback' ? 'rollback' : 'update',
    latestStart: work.latestStart?.getTime() ?? null,
    carried: work.carried,
    triedSince: attempt.triedSince.getTime(),
    interrupted: wasLost(last) ? operationId(work.id, last.generation) : undefined,
    lost: lostAttempt(work),
    pollMs: deps.pollMs,
    now: Date.now,
    sleep: (ms) => abortable(ms, signal),
    progress: (doneBytes) => {
      held.doneBytes = doneBytes
    },
    note: (params) => {
      const notes = Object.entries({ ...trace.notes, ...params })
      trace.notes = Object.fromEntries(notes.filter(([, value]) => value !== undefined))
    },
    sawStatus: attempt.sawStatus,
    crash: (point) => deps.crash(`${attempt.step}.${point}`),
  }
}
