/** A simulated till: an SSH host that speaks nightctl, with its state on disk. */
import type { Duplex } from 'node:stream'
import type { ParsedKey, ServerChannel } from 'ssh2'
import { type DeviceKind, exitStatus, MARK, type Status } from '../device/contract.ts'
import type { SignatureChecker } from '../signing/verify.ts'
import { runAgent } from './agent.ts'
import { type AgentState, newState, PowerLost, StateFile } from './agent-state.ts'
import { type Fault, FaultBox } from './faults.ts'
import { followServer, recoverInstall } from './install.ts'
import { Machine, type MachineFacts, type Pace } from './machine.ts'
import { type ProfileOptions, profileOf } from './profile.ts'
import type { Reply } from './reply.ts'
import { SshHost } from './ssh-host.ts'
import { startTransfer } from './transfer.ts'
import { parsePipeline } from './words.ts'

export interface DeviceOptions {
  readonly cashId: string
  readonly kind: ProfileOptions['kind']
  readonly number: number
  readonly name: string
  readonly storeCode: string
  readonly folder: string
  readonly version: number
  readonly user: string
  readonly clientKey: ParsedKey
  readonly hostKey: () => string
  readonly pace: Pace
  readonly profile: ProfileOptions
  readonly now: () => number
  /** Called when the fault `hostKeyChanged` is set. */
  readonly changeHostKey: () => Promise<void>
  /** Told each time that a version has come up healthy. */
  readonly onRuns?: (version: number) => void
  /** Who may sign packages; left out: it does not check signatures. */
  readonly signers?: SignatureChecker
  /** Its standing switch installs what is staged. */
  readonly installsByItself?: boolean
  /** The version of the store server, where its update updates this device as well. */
  readonly serverVersion?: () => number
  /** The host that answers for it, where it has none of its own: a store server's agent. */
  readonly outer?: () => Pick<SshHost, 'cut' | 'settle'>
}

const NOISE = [
  'Last login: Sun Nov 22 02:14:01 from 10.1.2.3',
  'WARNING: NIGHTCTL/1 below',
  '\u0007\u001b[0m',
]
const MAX_INPUT_BYTES = 64 * 1024

/** Owns the device's listening socket, its connections and its power. */
export class SimDevice {
  readonly cashId: string
  readonly kind: DeviceKind
  readonly number: number
  readonly name: string
  readonly storeCode: string
  readonly faults = new FaultBox()
  readonly host: SshHost
  readonly #options: DeviceOptions
  readonly #disk: StateFile
  readonly #facts: MachineFacts
  #machine: Machine | undefined
  #isPowered = true
  #isStopped = false
  #comingBack: NodeJS.Timeout | undefined

  constructor(options: DeviceOptions) {
    this.#options = options
    const { cashId, kind, number, name, storeCode, folder, pace, now } = options
    this.cashId = cashId
    this.kind = kind
    this.number = number
    this.name = name
    this.storeCode = storeCode
    this.#disk = new StateFile(folder)
    this.#facts = {
      cashId,
      kind,
      folder,
      pace,
      now,
      faults: this.faults,
      profile: () => profileOf(options.profile),
      cutPower: (backAfterMs) => this.#cutPower(backAfterMs),
      ...(options.onRuns && { onRuns: options.onRuns }),
      ...(options.installsByItself && { installsByItself: true }),
      ...(options.signers && { signers: options.signers }),
    }
    this.host = new SshHost({
      faults: this.faults,
      user: options.user,
      clientKey: options.clientKey,
      hostKey: options.hostKey,
      isPowered: () => this.#isPowered,
      exec: (command, channel) => this.exec(command, channel),
    })
  }

  /** Made on first use: a device that nobody asked anything costs a listening socket. */
  get machine(): Machine {
    this.#machine ??= new Machine(this.#facts, this.#disk, newState(this.#options.version))
    return this.#machine
  }
  /** The version that runs now. */
  get version(): number {
    return this.#machine?.state.version ?? this.#options.version
  }
  /** How often a version was installed and started. */
  get activations(): number {
    return this.#machine?.state.activations ?? 0
  }
  /** The device's own log, oldest first. */
  get log(): readonly string[] {
    return this.#machine?.state.log ?? []
  }
  /** A copy of what is in the device's memory. */
  get state(): AgentState {
    return structuredClone(this.machine.state)
  }
  get isPowered(): boolean {
    return this.#isPowered
  }

  /** Reads what an earlier run left; the caller says whether there was one. */
  async boot(hasPast: boolean): Promise<void> {
    const state = hasPast ? await this.#disk.load() : undefined
    if (state === undefined) return
    this.#machine = new Machine(this.#facts, this.#disk, state)
    if (state.install || state.armed) await recoverInstall(this.#machine)
    startTransfer(this.#machine)
  }

  /** Replaces this device's faults; null or nothing: none. Resolves when its socket is open or closed to fit. */
  async setFault(...faults: readonly (Fault | null)[]): Promise<void> {
    const wasOff = this.faults.has('off') !== undefined
    this.faults.set(...faults)
    const isOff = this.faults.has('off') !== undefined
    if (this.faults.take('hostKeyChanged')) await this.#options.changeHostKey()
    if (isOff && !wasOff) await this.powerOff()
    else if (wasOff && !isOff) await this.powerOn()
    else await this.#outer().settle()
  }

  setOff(isOff: boolean): Promise<void> {
    return isOff ? this.setFault({ kind: 'off' }) : this.setFault(null)
  }

  setActivity(activity: Status['activity']): Promise<void> {
    return this.setStatus({ activity })
  }

  /** Overrides fields of `status`; what the verbs look at (activity, blocked, shift, drawer) follows. */
  async setStatus(facts: Partial<Status>): Promise<void> {
    const { machine } = this
    Object.assign(machine.state.facts, facts)
    await machine.save()
  }

  /** Everything in memory is gone, every connection dead, until powerOn. */
  async powerOff(): Promise<void> {
    clearTimeout(this.#comingBack)
    this.#isPowered = false
    this.#machine?.cut()
    this.#outer().cut()
    await this.#outer().settle()
  }

  async powerOn(): Promise<void> {
    if (this.#isPowered || this.#isStopped) return
    this.#machine = undefined
    this.#isPowered = true
    const state = await this.#disk.load()
    if (this.#isStopped) return
    this.#machine = new Machine(this.#facts, this.#disk, state ?? newState(this.#options.version))
    await recoverInstall(this.#machine)
    startTransfer(this.#machine)
    await this.#outer().settle()
    await this.follow()
  }

  /** Takes over what its store server runs, where that is the server's doing. Switched off: when it comes back. */
  async follow(): Promise<void> {
    const version = this.#options.serverVersion?.()
    if (version === undefined || !this.#isPowered || this.#isStopped) return
    await followServer(this.machine, version).catch((error: unknown) => {
      if (!(error instanceof PowerLost)) throw error
    })
  }

  #outer(): Pick<SshHost, 'cut' | 'settle'> {
    return this.#options.outer?.() ?? this.host
  }

  #cutPower(backAfterMs: number): void {
    void this.powerOff()
    this.#comingBack = setTimeout(() => void this.powerOn().catch(() => {}), backAfterMs)
  }

  /** Ends everything; what is on disk stays for another run. */
  async stop(): Promise<void> {
    this.#isStopped = true
    clearTimeout(this.#comingBack)
    this.#machine?.cut()
    await this.host.close()
    await this.#disk.load().catch(() => undefined)
  }

  /** A connection that the store's jump leads here. */
  accept(channel: Duplex): void {
    this.host.accept(channel)
  }

  exec(command: string, channel: ServerChannel): void {
    channel.on('error', () => {})
    const [words = []] = parsePipeline(command) ?? []
    const [program = '', ...rest] = words
    const isAgent = program === 'nightctl' || program.endsWith('/nightctl')
    if (!isAgent || this.faults.take('agentMissing')) {
      channel.stderr.write(`sh: ${program}: not found\n`)
      channel.exit(127)
      channel.end()
      return
    }
    void readInput(channel).then((input) => this.#answer(rest, input, channel))
  }

  async #answer(words: readonly string[], input: string, channel: ServerChannel): Promise<void> {
    const verb = words[0] === 'download' ? `download ${words[1]}` : (words[0] ?? '')
    const isThis = (fault: { readonly verb?: string }): boolean =>
      fault.verb === undefined || fault.verb === verb
    if (this.faults.take('hangVerb', isThis)) return
    try {
      const { machine } = this
      const reply = await runAgent(machine, words, input)
      await machine.sleep(this.faults.has('slow')?.latencyMs ?? this.#options.pace.latencyMs)
      if (this.faults.take('loseAnswer', isThis)) this.#outer().cut()
      else writeReply(reply, channel, this.faults)
    } catch (error) {
      if (error instanceof PowerLost) return
      channel.stderr.write(`nightctl: ${String(error)}\n`)
      writeReply({ class: 'refused', reason: 'internalError', data: null }, channel, this.faults)
    }
  }
}

async function readInput(channel: ServerChannel): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  channel.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes <= MAX_INPUT_BYTES) chunks.push(chunk)
  })
  await new Promise<void>((resolve) => channel.once('end', resolve).once('close', resolve))
  return Buffer.concat(chunks).toString('utf8')
}

function writeReply(reply: Reply, channel: ServerChannel, faults: FaultBox): void {
  const { class: kind, reason, data, detail } = reply
  const line = `${MARK}${JSON.stringify({ class: kind, reason, data })}\n`
  const isNoisy = faults.has('noise') !== undefined
  if (detail) channel.stderr.write(`nightctl: ${detail}\n`)
  if (isNoisy) channel.stderr.write('perl: warning: Setting locale failed.\n')
  if (isNoisy) channel.write(`${NOISE.join('\n')}\n`)
  if (faults.take('garbageAnswer')) channel.write(`${MARK}{"class":"done",\n`)
  else channel.write(faults.take('doubleAnswer') ? line + line : line)
  if (isNoisy) channel.write('logout\n')
  const wrong = faults.take('wrongExit')
  channel.exit(wrong ? (wrong.status ?? 3) : exitStatus[kind])
  channel.end()
}
