import * as commands from '../commands.ts'
import { type Download, downloadData } from '../contract.ts'
import { followDownload } from '../follow-download.ts'
import { type DeviceStepRules, isStaged, look, refuse, type StepContext, type StepEnd } from '../step.ts'

const done: StepEnd = { event: 'downloaded', reason: null }

function failed({ reason }: Download): Error {
  return refuse(reason ?? 'transferFailed', 'the download ended on the device')
}

async function watch(context: StepContext): Promise<StepEnd> {
  const download = await followDownload(context, context.package.sha256)
  if (download.state !== 'done') throw failed(download)
  return done
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
