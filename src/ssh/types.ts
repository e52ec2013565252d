/** Whom to speak to over SSH, and what comes back. */

export interface Endpoint {
  readonly host: string
  readonly port: number
  readonly user: string
  /** Names a private key of the configuration; never the key itself. */
  readonly credential: string
  /** Pinned keys, `ssh-ed25519 AAAA…` (a known_hosts line without its host). Empty: `hostKeyUnknown`, nothing is sent. */
  readonly hostKeys: readonly string[]
  /** It knows nothing better than SHA-1 and CBC: they are offered to it, and to nobody else. */
  readonly legacyAlgorithms?: boolean
}

/** A device is reached by direct-tcpip on its store's connection; its own key is pinned end to end. */
export interface Route {
  readonly store: Endpoint
  readonly device?: Endpoint
}

export interface ExecResult {
  /** Null: the channel closed without one (a signal, a server that is no sshd, output without end). */
  readonly exitStatus: number | null
  readonly signal: string | null
  readonly stdout: string
  readonly stderr: string
  /** More was printed than was kept. */
  readonly truncated: boolean
}

export interface CallOptions {
  /** Milliseconds for the whole call, waiting and connecting included. */
  readonly deadlineMs: number
  /** Ends the call at once; it then throws the signal's reason. */
  readonly signal?: AbortSignal
}

export interface ExecOptions extends CallOptions {
  /** What the command reads on standard input; without it the input is empty. */
  readonly input?: string
  /** Bytes kept of each of stdout and stderr. */
  readonly maxOutputBytes?: number
}

export interface UploadFile {
  readonly localFile: string
  readonly size: number
  readonly sha256: string
  /** Path on the store server. While incomplete the file is named `<remoteFile>.part`, with an owner `<remoteFile>.<owner>.part`. */
  readonly remoteFile: string
  /** Who may go on with what is unfinished: another's upload of the same file writes beside it. */
  readonly owner?: string
}

/** What uploads leave behind that never go on: names in the folder of the file, and the age from which they may go. */
export interface LeftOver {
  readonly pattern: RegExp
  readonly olderThanMs: number
}

export interface UploadProgress {
  /** Bytes of the file that the store server has acknowledged, what an earlier call left there included. */
  readonly doneBytes: number
  /** Payload bytes this call gave to the connection: never less than what crossed the line. */
  readonly sentBytes: number
}

export interface UploadOptions extends CallOptions {
  /** Removed after an upload that sent something; that it could not be harms nothing. */
  readonly leftOver?: LeftOver
  onProgress?(progress: UploadProgress): void
}

export interface UploadResult {
  readonly sentBytes: number
  readonly resumedFrom: number
  readonly alreadyThere: boolean
  /** Names of what was left of other uploads, and was removed. */
  readonly swept?: readonly string[]
}

/** What pino's logger offers and this area needs. */
export interface SshLog {
  debug(fields: object, message: string): void
  warn(fields: object, message: string): void
}
