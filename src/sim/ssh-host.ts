/** One simulated SSH host: a listening socket, and an ssh2 server made only when somebody connects. */
import { createServer, type Socket, type Server as TcpServer } from 'node:net'
import type { Duplex } from 'node:stream'
import ssh2, { type AuthContext, type Connection, type ParsedKey, type ServerChannel } from 'ssh2'
import type { FaultBox } from './faults.ts'

export interface SshHostOptions {
  readonly faults: FaultBox
  readonly user: string
  readonly clientKey: ParsedKey
  /** Asked at every connection, because a fault may change it. */
  readonly hostKey: () => string
  readonly isPowered: () => boolean
  /** A command came. The handler writes, calls `exit` and ends the channel, or destroys it. */
  readonly exec: (command: string, channel: ServerChannel) => void
  /** `connection` closes in every case; a channel that was not read to its end does not tell. */
  readonly sftp?: (channel: Duplex, connection: Duplex) => void
  /** Where a jump may lead: takes the channel, or says no. */
  readonly forward?: (host: string, port: number) => ((channel: Duplex) => void) | undefined
}

const BANNER = 'ВНИМАНИЕ! Доступ только для сотрудников.\r\nNIGHTCTL/0 is not for you\r\n'

/** Owns its listening socket and every connection accepted on it or injected from a jump. */
export class SshHost {
  readonly #options: SshHostOptions
  readonly #connections = new Set<Duplex>()
  #listener: TcpServer | undefined
  #port = 0
  /** Connections that reached a sign-in. */
  connectionCount = 0

  constructor(options: SshHostOptions) {
    this.#options = options
  }

  get port(): number {
    return this.#port
  }
  get openConnections(): number {
    return this.#connections.size
  }

  /** Listens on 127.0.0.1; a port that is taken meanwhile is replaced by a free one. 0: any free one. */
  async listen(port: number): Promise<void> {
    const listener = createServer({ noDelay: true }, (socket) => this.accept(socket))
    this.#listener = listener
    this.#port = await bind(listener, port).catch(() => bind(listener, 0))
    listener.on('error', () => {})
  }

  /** Opens or closes the listening socket to fit power and faults. */
  async settle(): Promise<void> {
    const isUp = !this.isDown()
    if (isUp && this.#listener === undefined) await this.listen(this.#port)
    if (!isUp) await this.#unlisten()
  }

  /** True when TCP to this host is refused. */
  isDown(): boolean {
    const { faults, isPowered } = this.#options
    const refuses = faults.has('refuse', (fault) => fault.times === undefined)
    return !isPowered() || refuses !== undefined || faults.has('off') !== undefined
  }

  /** Ends every connection at once, as a cut cable or a dead host does. */
  cut(): void {
    for (const connection of this.#connections) connection.destroy()
  }

  async close(): Promise<void> {
    this.cut()
    await this.#unlisten()
  }

  async #unlisten(): Promise<void> {
    const listener = this.#listener
    this.#listener = undefined
    if (listener !== undefined) await new Promise<void>((resolve) => listener.close(() => resolve()))
  }

  /** Takes a TCP socket, or a channel that a jump forwards here. */
  accept(duplex: Duplex): void {
    const { faults } = this.#options
    duplex.on('error', () => {})
    duplex.setMaxListeners(0)
    this.#connections.add(duplex)
    duplex.once('close', () => this.#connections.delete(duplex))
    if (this.isDown() || faults.take('refuse') || faults.take('throttled')) {
      duplex.destroy()
      return
    }
    if (faults.take('hang')) {
      duplex.resume()
      return
    }
    duplex.once('end', () => duplex.end())
    this.#serve(duplex)
  }

  /** One ssh2 server per connection: so the connection is known by its socket, and an idle host costs none. */
  #serve(duplex: Duplex): void {
    const { hostKey, faults } = this.#options
    const config = {
      hostKeys: [hostKey()],
      ident: 'OpenSSH_9.2 nightshift-sim',
      ...(faults.take('noise') && { banner: BANNER }),
    }
    const server = new ssh2.Server(config, (client) => {
      this.connectionCount++
      this.#attach(client, duplex)
    })
    // ssh2 asks of its socket only what every Duplex has.
    server.injectSocket(duplex as Socket)
  }

  #attach(client: Connection, duplex: Duplex): void {
    const { user, clientKey, faults } = this.#options
    client.on('error', () => {})
    client.on('authentication', (context) => {
      const isRefused = context.method === 'publickey' && faults.take('signInRefused') !== undefined
      if (!isRefused && context.username === user && isSigned(context, clientKey)) context.accept()
      else context.reject(['publickey'])
    })
    client.on('ready', () => this.#ready(client, duplex))
  }

  #ready(client: Connection, duplex: Duplex): void {
    client.on('session', (accept) => {
      const session = accept()
      session.on('exec', (acceptExec, _reject, { command }) => this.#options.exec(command, acceptExec()))
      // No 'sftp' listener: ssh2 then hands over the plain channel, and the SFTP here is our own.
      session.on('subsystem', (acceptSubsystem, reject, { name }) => {
        const { sftp } = this.#options
        if (name === 'sftp' && sftp) sftp(acceptSubsystem(), duplex)
        else reject()
      })
    })
    client.on('tcpip', (accept, reject, { destIP, destPort }) => {
      const take = this.#options.forward?.(destIP, destPort)
      if (take) take(accept())
      else reject()
    })
  }
}

/** Reads one line of authorized_keys. Throws when it is none. */
export function readClientKey(line: string): ParsedKey {
  const key = ssh2.utils.parseKey(line)
  if (key instanceof Error) throw key
  return key
}

function isSigned(context: AuthContext, key: ParsedKey): boolean {
  if (context.method !== 'publickey') return false
  if (context.key.algo !== key.type || !context.key.data.equals(key.getPublicSSH())) return false
  if (context.signature === undefined || context.blob === undefined) return true
  return key.verify(context.blob, context.signature, context.hashAlgo) === true
}

function bind(listener: TcpServer, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    listener.once('error', reject)
    listener.listen(port, '127.0.0.1', 128, () => {
      listener.removeListener('error', reject)
      const address = listener.address()
      resolve(typeof address === 'object' && address !== null ? address.port : port)
    })
  })
}
