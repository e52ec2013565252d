/** What a simulated device keeps on its disk, and the file that holds it. */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { DeviceReason, Status } from '../device/contract.ts'

export interface Armed {
  readonly version: number
  readonly sha256: string
  readonly until: number
  readonly operation: string
  readonly generation: number
  /** The standing switch as it stood before; restored after any outcome. */
  readonly formerAutoUpdate: boolean
}

export interface StagedPackage {
  readonly version: number
  readonly sha256: string
  readonly size: number
}

/** What was signed, byte by byte, and the armored SSHSIG. */
export interface SignedManifest {
  readonly manifest: string
  readonly signature: string
}

export interface Transfer extends StagedPackage {
  readonly source: string
  readonly state: 'running' | 'stopped' | 'done' | 'failed'
  readonly reason: DeviceReason | null
}

/** A restart or rollback under way: written before each step, so that a power cut is finished or undone. */
export interface Install {
  readonly operation: string
  readonly generation: number
  /** The older version, and the newer one: also while going back. */
  readonly from: number
  readonly to: number
  /** What `previousVersion` was before, for going back. */
  readonly formerPrevious: number | null
  readonly phase: 'stopping' | 'starting' | 'reverting' | 'goingBack' | 'leaving'
}

export interface OperationRecord {
  readonly id: string
  readonly verb: string
  readonly generation: number
  state: 'running' | 'done' | 'failed'
  reason: DeviceReason | null
  detail: string | null
  /** What was answered, for a repeated id. */
  readonly data: Record<string, unknown>
}

interface OwnKey {
  readonly publicKey: string
  readonly privateKey: string
}

export interface AgentState {
  version: number
  previousVersion: number | null
  boots: number
  health: 'healthy' | 'unhealthy' | 'starting'
  autoUpdate: boolean
  generation: number
  armed: Armed | null
  staged: StagedPackage[]
  /** By digest, of staged packages that came signed; left out by those who were saved before there were any. */
  signed?: Record<string, SignedManifest>
  transfer: Transfer | null
  install: Install | null
  operations: OperationRecord[]
  activations: number
  log: string[]
  messages: string[]
  /** Its own key for its store server, and the lines that this one is checked against. */
  ownKey?: OwnKey
  /** Made beside it, and not used until told. */
  nextKey?: OwnKey
  knownHosts?: string
  /** What differs from the device's profile: set by a test, by closing a shift, by blocking. */
  facts: Partial<Status>
}

/** Older ones cannot come back: their generation is refused. */
const MAX_OPERATIONS = 200
const MAX_LOG = 500

export function newState(version: number): AgentState {
  return {
    version,
    previousVersion: null,
    boots: 1,
    health: 'healthy',
    autoUpdate: false,
    generation: 0,
    armed: null,
    staged: [],
    transfer: null,
    install: null,
    operations: [],
    activations: 0,
    log: [],
    messages: [],
    facts: {},
  }
}

/** Thrown where work goes on after its device lost power. */
export class PowerLost extends Error {}

/** One state file: writes replace it in one step, one after another. */
export class StateFile {
  readonly #file: string
  #writing: Promise<void> = Promise.resolve()

  constructor(folder: string) {
    this.#file = path.join(folder, 'state.json')
  }

  /** Undefined: this device never changed anything. */
  async load(): Promise<AgentState | undefined> {
    await this.#writing
    const text = await readFile(this.#file, 'utf8').catch(() => undefined)
    return text === undefined ? undefined : (JSON.parse(text) as AgentState)
  }

  /** Resolves when this very state is on disk. No fsync: the power cuts here are simulated ones. */
  save(state: AgentState): Promise<void> {
    state.operations.splice(0, state.operations.length - MAX_OPERATIONS)
    state.log.splice(0, state.log.length - MAX_LOG)
    const text = JSON.stringify(state)
    const written = this.#writing.then(() => this.#replace(text))
    this.#writing = written.catch(() => {})
    return written
  }

  async #replace(text: string): Promise<void> {
    await mkdir(path.dirname(this.#file), { recursive: true })
    await writeFile(`${this.#file}.new`, text)
    await rename(`${this.#file}.new`, this.#file)
  }
}
