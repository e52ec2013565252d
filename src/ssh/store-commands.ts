/** What a store server is asked for besides SFTP: `head`, `sha256sum` and `df`, of coreutils or of BusyBox. */
import type { Call } from './call.ts'
import { runLine } from './exec.ts'
import { SshFailure } from './failure.ts'
import { quoteCommand, quotePipeline } from './quote.ts'
import type { Session } from './session.ts'

// coreutils marks a name with odd characters by a backslash before the hash; login scripts print before it.
const HASH_LINE = /^\\?([0-9a-f]{64})\s/
const DF_LINE = /\s(\d+)\s+-?\d+\s+(-?\d+)\s+(?:\d+%|-)\s+\//

const lastMatch = (text: string, pattern: RegExp): RegExpExecArray | undefined =>
  text
    .split('\n')
    .map((line) => pattern.exec(line))
    .findLast((found) => found !== null) ?? undefined

/** SHA-256 of the file's first bytes, as the store server reads them. Hex. */
export async function sha256There(
  session: Session,
  file: string,
  bytes: number,
  call: Call,
): Promise<string> {
  const line = quotePipeline([['head', '-c', String(bytes), '--', file], ['sha256sum']])
  const result = await runLine(session, line, call)
  const hash = lastMatch(result.stdout, HASH_LINE)?.[1]
  if (result.exitStatus === 0 && hash !== undefined) return hash
  throw new SshFailure('transferFailed', {
    params: {
      problem: 'noHash',
      exitStatus: result.exitStatus ?? -1,
      said: result.stderr.trim().slice(0, 200),
    },
  })
}

export interface DiskSpace {
  /** What an ordinary user may still write. */
  readonly freeBytes: number
  readonly totalBytes: number
}

/** Asks for the disk under a folder, in POSIX form: the same of coreutils and BusyBox. */
export const diskCommand = (folder: string): readonly string[] => ['df', '-Pk', '--', folder]

/** Undefined: the server does not say. Below nothing is nothing: the rest is kept for root. */
export function readDisk(stdout: string): DiskSpace | undefined {
  const found = lastMatch(stdout, DF_LINE)
  if (found === undefined) return undefined
  return {
    totalBytes: Number(found[1]) * 1024,
    freeBytes: Math.max(0, Number(found[2])) * 1024,
  }
}

/** Bytes that may still be written where `folder` is, or undefined: the server does not say. */
export async function freeBytes(session: Session, folder: string, call: Call): Promise<number | undefined> {
  const { stdout } = await runLine(session, quoteCommand(diskCommand(folder)), call)
  return readDisk(stdout)?.freeBytes
}
