/** One power session of a simulated device: its state in memory, its disk, its clock, and its end. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { DeviceKind, Status } from '../device/contract.ts'
import { formatVersion } from '../rollout/versions.ts'
import type { SignatureChecker } from '../signing/verify.ts'
import { type AgentState, type OperationRecord, PowerLost, type StateFile } from './agent-state.ts'
import type { FaultBox } from './faults.ts'
import type { Profile } from './profile.ts'

export interface Pace {
  readonly restartMs: number
  readonly healthMs: number
  readonly latencyMs: number
}

/** What does not change while a device lives. */
export interface MachineFacts {
  readonly cashId: string
  readonly kind: DeviceKind
  readonly folder: string
  readonly pace: Pace
  readonly faults: FaultBox
  readonly now: () => number
  readonly profile: () => Profile
  /** Who may sign packages; left out: this device does not check signatures. */
  readonly signers?: SignatureChecker
  /** Its standing switch installs what is staged. */
  readonly installsByItself?: boolean
  /** Cuts the power of this device now; back after so many milliseconds. */
  readonly cutPower: (backAfterMs: number) => void
  /** Told each time that a version has come up healthy. */
  readonly onRuns?: (version: number) => void
}

/** Lives from one boot to the next power cut; after that, whatever still runs gets PowerLost. */
export class Machine {
  readonly facts: MachineFacts
  readonly state: AgentState
  readonly #disk: StateFile
  readonly #power = new AbortController()
  /** A mutating verb is at work. */
  isBusy = false
  /** Bytes of the running transfer; on disk only as the file's size. */
  received = 0
  /** Stops the running transfer, and tells when it has stopped. */
  transfer: { stop: () => Promise<void> } | undefined

  constructor(facts: MachineFacts, disk: StateFile, state: AgentState) {
    this.facts = facts
    this.#disk = disk
    this.state = state
  }

  get power(): AbortSignal {
    return this.#power.signal
  }
  get faults(): FaultBox {
    return this.facts.faults
  }
  get cashId(): string {
    return this.faults.has('wrongCashId')?.cashId ?? this.facts.cashId
  }

  cut(): void {
    this.#power.abort()
  }

  /** Cuts the power of the whole device, and never returns. */
  die(backAfterMs: number | undefined): never {
    this.facts.cutPower(backAfterMs ?? 200)
    throw new PowerLost()
  }

  async save(): Promise<void> {
    this.assertPower()
    await this.#disk.save(this.state)
    this.assertPower()
  }

  assertPower(): void {
    if (this.power.aborted) throw new PowerLost()
  }

  async sleep(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.power }).catch(() => {})
    this.assertPower()
  }

  log(line: string): void {
    this.state.log.push(line)
  }

  record(id: string): OperationRecord | undefined {
    return this.state.operations.find((operation) => operation.id === id)
  }

  /** A switch left armed too long falls back by itself. Looked at before every verb: no timer per device. */
  expireArming(): void {
    const { armed } = this.state
    if (armed === null || this.facts.now() < armed.until) return
    // What stops for it already is in the middle: the install itself looks at the time once more.
    if (this.state.install?.phase === 'stopping') return
    this.state.armed = null
    this.state.autoUpdate = armed.formerAutoUpdate
    this.log(`arming expired ${formatVersion(armed.version)} operation=${armed.operation}`)
  }

  /** What differs from the profile, as this device sees it now. */
  view(): Profile & Partial<Status> {
    const view = { ...this.facts.profile(), ...this.state.facts }
    if (this.faults.has('receiptOpen')) view.activity = 'receipt'
    if (this.faults.has('shiftOpen') && view.shift?.open !== true) {
      const openedAt = new Date(this.facts.now() - 8 * 3_600_000).toISOString()
      view.shift = { open: true, number: view.shift?.number ?? 1, openedAt }
    }
    if (this.faults.has('diskFull')) view.disk = { freeBytes: 0 }
    return view
  }
}
