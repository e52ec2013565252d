import type { Call } from './call.ts'
import { SshFailure } from './failure.ts'
import type { Session } from './session.ts'
import { openSftp } from './sftp.ts'

/** Removes files of a store server, by name; what is not there is removed. @throws SshFailure */
export async function removeFiles(session: Session, files: readonly string[], call: Call): Promise<void> {
  const sftp = await openSftp(session, call)
  try {
    for (const file of files) {
      const there = await sftp.stat(file)
      if (there === undefined) continue
      if (there.isDirectory()) throw new SshFailure('transferFailed', { params: { problem: 'isFolder' } })
      await sftp.unlink(file)
    }
  } finally {
    sftp.close()
  }
}
