import * as commands from '../commands.ts'
import { type Download, downloadData } from '../contract.ts'
import { type DeviceStepRules, isStaged, look, refuse, type StepContext, type StepEnd } from '../step.ts'

/** A transfer that receives nothing for this long is given up; it goes on from there at the next attempt. */
const SILENT_SECONDS = 180

const done: StepEnd = { event: 'downloaded', reason: null }

function failed({ reason }: Download): Error {
  return refuse(reason ?? 'transferFailed', 'the download ended on the device')
}

/** Follows the detached transfer. It runs on the device: when we lose sight of it, it goes on. */
async function watch(context: StepContext): Promise<StepEnd> {
  let received = -1
  let movedAt = context.now()
  for (;;) {
    const { download } = await context.call(commands.downloadStatus(context.package.sha256), downloadData)
    context.progress(download.received)
    if (download.state === 'done') return done
    if (download.state !== 'running') throw failed(download)
    if (download.received !== received) movedAt = context.now()
    received = download.received
    if (context.now() - movedAt > SILENT_SECONDS * 1000) throw refuse('timedOut', 'nothing more was received')
    await context.sleep(context.pollMs)
  }
}

/** Has the device fetch the package from its store server, and watches. */
export const download: DeviceStepRules = {
  observe: async (context) => (isStaged(context, await look(context)) ? done : undefined),
  act: async (context) => {
    const { download } = await context.call(
      commands.downloadStart(context.claim, context.source, context.package),
      downloadData,
    )
    if (download.state === 'failed') throw failed(download)
    return download.state === 'done' ? done : undefined
  },
  confirm: watch,
  // 4 GiB over a store's LAN at 1 MiB/s, and some.
  deadlineSeconds: () => 6 * 3600,
}
