/** A simulated store server: SSH with SFTP, a few commands and the way to its devices; and its package folder over HTTP. */
import { mkdir, readdir, rm } from 'node:fs/promises'
import path from 'node:path'
import type { Duplex } from 'node:stream'
import type { ParsedKey, ServerChannel } from 'ssh2'
import type { SimDevice } from './device.ts'
import { type Fault, FaultBox } from './faults.ts'
import { PackageServer } from './http-server.ts'
import { SftpSession } from './sftp-server.ts'
import { runShell } from './shell.ts'
import { SshHost } from './ssh-host.ts'

export interface StoreOptions {
  readonly code: string
  readonly name: string
  readonly timeZone: string
  readonly phone: string
  /** What the store's account may see; its package folder is inside. */
  readonly root: string
  readonly user: string
  readonly clientKey: ParsedKey
  readonly hostKey: () => string
  readonly changeHostKey: () => Promise<void>
  readonly downloadBytesPerSecond: number
  /** The store server's own nightctl, where it is a device too. */
  readonly agent?: SimDevice
}

const PREFIX = '/ukminstall/'

/** Owns its two listening sockets and their connections. */
export class SimStore {
  readonly code: string
  readonly packageFolder: string
  readonly faults = new FaultBox()
  readonly host: SshHost
  readonly http: PackageServer
  readonly options: StoreOptions
  readonly devices: SimDevice[] = []
  /** Payload of WRITE requests: what crossed the WAN. */
  sftpBytesReceived = 0
  /** Payload sent to devices over the LAN. */
  httpBytesServed = 0
  #sinceFault = 0

  constructor(options: StoreOptions) {
    const { code, root, user, clientKey, hostKey } = options
    this.options = options
    this.code = code
    this.packageFolder = path.join(root, 'ukminstall')
    this.host = new SshHost({
      faults: this.faults,
      user,
      clientKey,
      hostKey,
      isPowered: () => options.agent?.isPowered ?? true,
      exec: (command, channel) => void this.#exec(command, channel),
      sftp: (channel, connection) => this.#sftp(channel, connection),
      forward: (host, port) => this.#forward(host, port),
    })
    this.http = new PackageServer({
      root: this.packageFolder,
      prefix: PREFIX,
      faults: this.faults,
      bytesPerSecond: options.downloadBytesPerSecond,
      onServed: (bytes) => {
        this.httpBytesServed += bytes
      },
      isDown: () => this.faults.has('off') !== undefined || options.agent?.isPowered === false,
    })
  }

  /** SSH connections that reached a sign-in, ever. */
  get connectionCount(): number {
    return this.host.connectionCount
  }
  get packageUrl(): string {
    return `http://127.0.0.1:${this.http.port}${PREFIX.slice(0, -1)}`
  }

  async start(sshPort: number, httpPort: number): Promise<void> {
    await mkdir(this.packageFolder, { recursive: true })
    await this.host.listen(sshPort)
    await this.http.listen(httpPort)
  }

  async stop(): Promise<void> {
    await this.host.close()
    await this.http.close()
  }

  /** Replaces this store's faults. Going down cuts what is connected, devices behind it too. */
  async setFault(...faults: readonly (Fault | null)[]): Promise<void> {
    this.faults.set(...faults)
    this.#sinceFault = 0
    if (this.faults.take('hostKeyChanged')) await this.options.changeHostKey()
    if (this.host.isDown()) this.host.cut()
    await this.host.settle()
  }

  /** Removes every file of the package folder, as a cleaned disk would be. */
  async wipePackages(): Promise<void> {
    const names = await readdir(this.packageFolder)
    await Promise.all(names.map((name) => rm(path.join(this.packageFolder, name), { recursive: true })))
  }

  async #exec(command: string, channel: ServerChannel): Promise<void> {
    channel.on('error', () => {})
    const { agent } = this.options
    if (agent && /^'?(\S*\/)?nightctl'?(\s|$)/.test(command)) return agent.exec(command, channel)
    channel.resume()
    const name = /^'?(\w+)/.exec(command)?.[1]
    if (this.faults.take('hangVerb', ({ verb }) => verb === undefined || verb === name)) return
    const isDiskFull = (): boolean => this.faults.has('diskFull') !== undefined
    const { stdout, stderr, status } = await runShell(command, { root: this.options.root, isDiskFull })
    if (this.faults.has('noise')) channel.stderr.write('stdin: is not a tty\n')
    if (stderr) channel.stderr.write(stderr)
    if (stdout) channel.write(stdout)
    channel.exit(status)
    channel.end()
  }

  #sftp(channel: Duplex, connection: Duplex): void {
    const isHanging = (): boolean => this.faults.has('hangVerb', ({ verb }) => verb === 'sftp') !== undefined
    new SftpSession(channel, connection, {
      root: this.options.root,
      isHanging,
      onWrite: (data) => this.#onWrite(data),
    })
  }

  #onWrite(data: Buffer): { data: Buffer; outcome: 'go on' | 'cut' | 'diskFull' } {
    if (this.faults.take('diskFull')) return { data: data.subarray(0, 0), outcome: 'diskFull' }
    const before = this.#sinceFault
    const isDue = (fault: { bytes: number }): boolean => before + data.length >= fault.bytes
    const drop = this.faults.take('dropAtByte', isDue)
    const kept = drop ? data.subarray(0, Math.max(0, drop.bytes - before)) : data
    this.#sinceFault = drop ? 0 : before + kept.length
    this.sftpBytesReceived += kept.length
    const isStored = (where: string | undefined): boolean => where === undefined || where === 'stored'
    if (kept.length > 0 && this.faults.take('corrupt', ({ where }) => isStored(where))) {
      kept.writeUInt8(kept.readUInt8(0) ^ 1, 0)
    }
    return { data: kept, outcome: drop ? 'cut' : 'go on' }
  }

  #forward(host: string, port: number): ((channel: Duplex) => void) | undefined {
    if (host !== '127.0.0.1' && host !== 'localhost') return undefined
    const device = this.devices.find((one) => one.host.port === port)
    return device && !device.host.isDown() ? (channel) => device.accept(channel) : undefined
  }
}
