import * as commands from '../commands.ts'
import { verifyData } from '../contract.ts'
import { DeviceFailure } from '../failure.ts'
import type { DeviceStepRules } from '../step.ts'

/** Hashing 4 GiB on an old till takes minutes. */
const VERIFY_MS = 15 * 60_000

/** Has the device check size and SHA-256 of what it fetched. Reading only: there is nothing to look at before. */
export const verify: DeviceStepRules = {
  observe: async () => undefined,
  act: async (context) => {
    try {
      await context.call(commands.verify(context.package), verifyData, VERIFY_MS)
    } catch (error) {
      const gone =
        error instanceof DeviceFailure &&
        (error.reason === 'packageDamaged' || error.reason === 'packageMissing')
      if (!gone) throw error
      return { event: 'damaged', reason: error.reason }
    }
    return { event: 'verified', reason: null }
  },
  confirm: async () => ({ event: 'verified', reason: null }),
  deadlineSeconds: () => 20 * 60,
}
