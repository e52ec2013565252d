import type { Config } from '../config.ts'
import type { Policy } from '../rollout/policy.ts'
import { Problem } from './problem.ts'

/**
 * Where the head office asks for two persons, every plan does; and a draft that asked for them goes on asking, whoever
 * plans it anew: else the rule would bind only those who want it. A way back is not held up by it: it is needed at night.
 * @param said what the request says of it; undefined: nothing
 * @throws Problem policyInvalid
 */
export function withTwoPersons(
  { twoPersons }: Pick<Config, 'twoPersons'>,
  policy: Policy,
  said: boolean | undefined,
  former?: Policy,
): Policy {
  if (twoPersons === 'asPlanned' && former?.twoPersons !== true) return policy
  if (said === false) {
    const detail = 'two persons are asked for here: it cannot be turned off'
    throw new Problem('policyInvalid', { path: 'policy.twoPersons', detail })
  }
  return { ...policy, twoPersons: true }
}
