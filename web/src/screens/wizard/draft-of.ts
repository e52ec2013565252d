/** The wizard's draft of a rollout that was kept: to be changed there. Pure. */
import type { PolicyBody } from '../../../../src/api/policy-schema.ts'
import { defaultPolicy } from '../../../../src/rollout/policy.ts'
import type { RolloutWhole } from '../../api/types.ts'
import { type Draft, differing } from './draft.ts'
import { targetsOf } from './targets-draft.ts'
import { wavesOf } from './waves-draft.ts'

type Kept = Pick<
  RolloutWhole,
  'id' | 'name' | 'selection' | 'cut' | 'policy' | 'serverPackageId' | 'revision'
> & {
  readonly package: Pick<RolloutWhole['package'], 'id'>
}

export function draftOf(rollout: Kept): Draft {
  const { id, name, selection, cut, policy, serverPackageId, revision } = rollout
  const packageId = rollout.package.id
  return {
    name,
    packageId,
    serverPackageId,
    targets: targetsOf(selection),
    waves: wavesOf(cut),
    policy: (differing(defaultPolicy, policy) ?? {}) as PolicyBody,
    kept: {
      ...{ id, name, packageId, revision },
      twoPersons: policy.twoPersons === true,
    },
    isTouched: false,
  }
}
