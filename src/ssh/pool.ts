import { type Call, withCall } from './call.ts'
import { Connections, identityOf, type Lease } from './connections.ts'
import type { SigningKey } from './credentials.ts'
import { openHop } from './device-hop.ts'
import { runLine } from './exec.ts'
import { SshFailure } from './failure.ts'
import { defaultLimits, type SshLimits } from './limits.ts'
import { quoteCommand } from './quote.ts'
import { removeFiles } from './remove.ts'
import { type Edit, rewriteFile } from './rewrite.ts'
import { type Scanned, scanOver } from './scan.ts'
import type { Session } from './session.ts'
import { uploadFile } from './transfer.ts'
import type {
  CallOptions,
  Endpoint,
  ExecOptions,
  ExecResult,
  Route,
  SshLog,
  UploadFile,
  UploadOptions,
  UploadResult,
} from './types.ts'

export interface SshPool {
  /**
   * Runs a command at the route's end. Any exit status is a result; throws SshFailure where there is none,
   * or the reason of the caller's signal.
   */
  exec(route: Route, args: readonly string[], options: ExecOptions): Promise<ExecResult>
  /**
   * Puts a file on a store server, whole and checked or not at all; an interrupted one is resumed by the next call.
   * Throws SshFailure (`diskFull`, `packageDamaged`, `transferFailed` and what a connection can fail with).
   */
  upload(store: Endpoint, file: UploadFile, options: UploadOptions): Promise<UploadResult>
  /**
   * The host keys that a device shows to a stranger, asked for from its store server: for an explicit enrolment only.
   * A store server's own: `scanHostKeys`. Throws SshFailure when it shows none.
   */
  scanDevice(store: Endpoint, device: Scanned, options: CallOptions): Promise<string[]>
  /** Removes files of a store server, by name; what is not there is removed. @throws SshFailure */
  remove(store: Endpoint, files: readonly string[], options: CallOptions): Promise<void>
  /** Edits a small file of a store server in one step; see rewriteFile. @throws SshFailure */
  rewrite(store: Endpoint, file: string, edit: Edit, options: CallOptions): Promise<boolean>
  /** Ends every call and connection; no socket or timer is left. */
  close(): Promise<void>
}

export interface SshPoolOptions {
  /** The private key of a credential's name: as a file would hold it, or one key of an agent. */
  readKey(credential: string): Promise<SigningKey>
  readonly log?: SshLog
  readonly limits?: Partial<SshLimits>
}

/** One pool a process: a connection per store server, shared by all its calls; devices go through it. */
export function createSshPool(options: SshPoolOptions): SshPool {
  const limits = { ...defaultLimits, ...options.limits }
  const connections = new Connections({ readKey: (name) => options.readKey(name), limits, log: options.log })
  const uploading = new Set<string>()
  let closed = false

  const call = <T>(callOptions: CallOptions, body: (call: Call) => Promise<T>): Promise<T> =>
    withCall(callOptions, (scope) => {
      if (closed) throw new SshFailure('connectionLost', { params: { problem: 'poolClosed' } })
      return body(scope)
    })

  return {
    exec(route, args, execOptions) {
      const line = quoteCommand(args)
      return call(execOptions, (scope) =>
        onSession(connections, route, scope, (session) => runLine(session, line, scope, execOptions)),
      )
    },
    async upload(store, file, uploadOptions) {
      const key = JSON.stringify([identityOf(store), file.remoteFile])
      if (uploading.has(key)) throw new SshFailure('throttled', { params: { problem: 'uploadInProgress' } })
      uploading.add(key)
      try {
        return await call(uploadOptions, (scope) =>
          onSession(connections, { store }, scope, (session) =>
            uploadFile(session, file, scope, uploadOptions),
          ),
        )
      } finally {
        uploading.delete(key)
      }
    },
    scanDevice(store, device, scanOptions) {
      return call(scanOptions, (scope) =>
        onSession(connections, { store }, scope, (session) =>
          scanOver(() => openHop(session, device, scope), 'device', scope, device.legacyAlgorithms),
        ),
      )
    },
    remove(store, files, removeOptions) {
      return call(removeOptions, (scope) =>
        onSession(connections, { store }, scope, (session) => removeFiles(session, files, scope)),
      )
    },
    rewrite(store, file, edit, rewriteOptions) {
      return call(rewriteOptions, (scope) =>
        onSession(connections, { store }, scope, (session) => rewriteFile(session, file, edit, scope)),
      )
    },
    async close() {
      closed = true
      await connections.close()
    },
  }
}

/**
 * Runs `work` on a connection. A pooled one may have died unnoticed: where it proves so before anything was sent,
 * once more on a new one.
 */
async function onSession<T>(
  connections: Connections,
  route: Route,
  call: Call,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  try {
    return await useLease(await connections.lease(route, call), work)
  } catch (error) {
    const died = error instanceof SshFailure && error.code === 'connectionLost'
    if (!died || call.sent || call.ending.over) throw error
  }
  return useLease(await connections.lease(route, call), work)
}

async function useLease<T>(lease: Lease, work: (session: Session) => Promise<T>): Promise<T> {
  try {
    return await work(lease.session)
  } finally {
    lease.release()
  }
}
