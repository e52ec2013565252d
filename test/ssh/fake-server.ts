/** An SSH server in this process that can misbehave in every way a test asks for. */
import { createServer, type Socket } from 'node:net'
import ssh2, {
  type AuthContext,
  type Connection,
  type ServerChannel,
  type ServerConfig,
  type Session,
  type SFTPWrapper,
  type TcpipRequestInfo,
} from 'ssh2'
import type { Endpoint } from '../../src/ssh/types.ts'

export interface FakeOptions {
  /** Private keys; a fresh ed25519 by default. */
  readonly hostKeys?: readonly string[]
  readonly ident?: string
  readonly greeting?: string
  readonly banner?: string
  readonly algorithms?: ServerConfig['algorithms']
  /** Gets every TCP connection; `serve` hands it to the SSH server. */
  socket?(socket: Socket, serve: () => void): void
  auth?(context: AuthContext): void
  /** Gets the connection once it is signed in. */
  client?(client: Connection): void
  session?(accept: () => Session, reject: () => void): void
  exec?(command: string, accept: () => ServerChannel, reject: () => void): void
  forward?(info: TcpipRequestInfo, accept: () => ServerChannel, reject: () => void): void
  sftp?(accept: () => SFTPWrapper, reject: () => void): void
}

export interface FakeServer {
  readonly port: number
  /** As it is pinned. */
  readonly hostKey: string
  /** TCP connections that are open now. */
  readonly sockets: ReadonlySet<Socket>
  accepted: number
  endpoint(over?: Partial<Endpoint>): Endpoint
  stop(): Promise<void>
}

/** ssh2 1.17.0 makes a malformed ed25519 key about once in 250 times: such a one is thrown away. */
export function newKeyPair(type: 'ed25519' | 'ecdsa' | 'rsa' = 'ed25519'): { secret: string; line: string } {
  const bits = { ed25519: {}, ecdsa: { bits: 256 }, rsa: { bits: 2048 } }[type]
  for (let attempt = 0; attempt < 20; attempt++) {
    const pair = ssh2.utils.generateKeyPairSync(type as 'ed25519', bits as never)
    const isSound = [pair.private, pair.public].every((key) => !(ssh2.utils.parseKey(key) instanceof Error))
    if (isSound) return { secret: pair.private, line: pair.public.trim() }
  }
  throw new Error('no sound key')
}

/** Runs nothing: says what it was asked, and exits with 0. */
export function echo(command: string, accept: () => ServerChannel): void {
  const channel = accept()
  channel.write(command)
  channel.exit(0)
  channel.end()
}

function serveClient(client: Connection, options: FakeOptions): void {
  client.on('error', () => {})
  client.on('authentication', (context) => (options.auth ? options.auth(context) : context.accept()))
  client.on('ready', () => options.client?.(client))
  client.on('session', (accept, reject) => {
    if (options.session) options.session(accept, () => void reject())
    else serveSession(accept(), options)
  })
  client.on('tcpip', (accept, reject, info) => {
    if (options.forward) options.forward(info, accept as () => ServerChannel, () => void reject())
    else reject()
  })
}

export function serveSession(session: Session, options: FakeOptions): void {
  session.on('exec', (accept, reject, info) => {
    const run = options.exec ?? echo
    run(info.command, accept as () => ServerChannel, () => void reject())
  })
  session.on('sftp', (accept, reject) => {
    if (options.sftp) options.sftp(accept, () => void reject())
    else reject()
  })
}

export async function startFake(options: FakeOptions = {}): Promise<FakeServer> {
  const own = newKeyPair()
  const { ident, greeting, banner } = options
  const server = new ssh2.Server(
    {
      hostKeys: [...(options.hostKeys ?? [own.secret])],
      ...(ident === undefined ? {} : { ident }),
      ...(greeting === undefined ? {} : { greeting }),
      ...(banner === undefined ? {} : { banner }),
      ...(options.algorithms === undefined ? {} : { algorithms: options.algorithms }),
    },
    (client) => serveClient(client, options),
  )
  const sockets = new Set<Socket>()
  const listener = createServer((socket) => {
    fake.accepted += 1
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
    const serve = () => server.injectSocket(socket as never)
    if (options.socket) options.socket(socket, serve)
    else serve()
  })
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  const address = listener.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const fake: FakeServer = {
    port: address.port,
    hostKey: own.line,
    sockets,
    accepted: 0,
    endpoint: (over) => ({
      host: '127.0.0.1',
      port: address.port,
      user: 'worker',
      credential: 'test',
      hostKeys: [own.line],
      ...over,
    }),
    stop: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => listener.close(resolve))
    },
  }
  return fake
}
