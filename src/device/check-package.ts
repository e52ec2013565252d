import * as commands from './commands.ts'
import { describeData, verifyData } from './contract.ts'
import type { StepContext } from './step.ts'

/** Hashing 4 GiB on an old till takes minutes. */
const VERIFY_MS = 15 * 60_000

/** The signature goes to devices that can check it: another would not know the flag. */
async function signedFor({ call, signed }: StepContext): Promise<StepContext['signed']> {
  if (signed === undefined) return undefined
  const { capabilities } = await call(commands.describe(), describeData)
  return capabilities.signature ? signed : undefined
}

/**
 * Has the device check what it fetched: size, SHA-256 and, where it can, who signed it. What was signed stays there.
 * @throws DeviceFailure packageMissing, packageDamaged, signatureInvalid
 */
export async function checkPackage(context: StepContext): Promise<void> {
  const signed = await signedFor(context)
  await context.call(commands.verify(context.package, signed), verifyData, VERIFY_MS)
}
