import { checkPackage } from '../check-package.ts'
import { DeviceFailure } from '../failure.ts'
import type { DeviceStepRules } from '../step.ts'

/** Has the device check what it fetched. Reading only: there is nothing to look at before. */
export const verify: DeviceStepRules = {
  observe: async () => undefined,
  act: async (context) => {
    try {
      await checkPackage(context)
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
