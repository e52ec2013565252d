import * as commands from './commands.ts'
import { type Download, downloadData } from './contract.ts'
import { refuse, type StepContext } from './step.ts'

/** A transfer that receives nothing for this long is given up; it goes on from there at the next attempt. */
const SILENT_SECONDS = 180

type Follower = Pick<StepContext, 'call' | 'now' | 'sleep' | 'pollMs' | 'progress'>

/**
 * Follows the detached transfer until it runs no more. It runs on the device: when we lose sight of it, it goes on.
 * @throws DeviceFailure timedOut
 */
export async function followDownload(context: Follower, sha256: string): Promise<Download> {
  let received = -1
  let movedAt = context.now()
  for (;;) {
    const { download } = await context.call(commands.downloadStatus(sha256), downloadData)
    context.progress(download.received)
    if (download.state !== 'running') return download
    if (download.received !== received) movedAt = context.now()
    received = download.received
    if (context.now() - movedAt > SILENT_SECONDS * 1000) throw refuse('timedOut', 'nothing more was received')
    await context.sleep(context.pollMs)
  }
}
