/** The wizard's draft of a rollout that was kept: to be changed there. Pure. */
import type { PolicyBody } from '../../../../src/api/policy-schema.ts'
import { defaultPolicy } from '../../../../src/rollout/policy.ts'
import { formatVersion } from '../../../../src/rollout/versions.ts'
import type { RolloutWhole } from '../../api/types.ts'
import {
  type Draft,
  deviceKinds,
  differing,
  emptyDraft,
  type OwnWave,
  type Template,
  templates,
} from './draft.ts'

const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : []
const numberOr = (value: unknown, usual: number): number => (typeof value === 'number' ? value : usual)

function targetsOf(selection: Readonly<Record<string, unknown>>): Draft['targets'] {
  const cashIds = texts(selection.cashIds)
  const kinds = deviceKinds.filter((kind) => texts(selection.kinds).includes(kind))
  const versions = Array.isArray(selection.versions)
    ? selection.versions.map((one) => (typeof one === 'number' ? formatVersion(one) : String(one)))
    : []
  const some = {
    groups: texts(selection.groups),
    labels: texts(selection.labels),
    stores: texts(selection.stores),
    kinds,
    versions,
  }
  const hasSome = Object.values(some).some((list) => list.length > 0)
  return {
    ...some,
    by: cashIds.length > 0 ? 'list' : hasSome ? 'some' : 'whole',
    cashIds: cashIds.join('\n'),
    remaining: selection.remaining === true,
  }
}

function ownOf(spec: Readonly<Record<string, unknown>>): OwnWave {
  const by = String(spec.by)
  if (by === 'parity') return { by: spec.parity === 'odd' ? 'odd' : 'even', value: '' }
  const value = spec[by]
  return { by: by as OwnWave['by'], value: Array.isArray(value) ? value.join(', ') : String(value ?? '') }
}

const asksPerson = (gate: unknown): boolean =>
  typeof gate === 'object' && gate !== null && 'approval' in gate && gate.approval === true

function wavesOf(cut: unknown): Draft['waves'] {
  const usual = emptyDraft.waves
  if (Array.isArray(cut))
    return { ...usual, template: 'custom', own: cut.map(ownOf), pilotApproval: asksPerson(cut[0]?.gate) }
  const given = (cut ?? {}) as Readonly<Record<string, unknown>>
  const template = templates.find((one) => one === given.template) ?? 'single'
  return {
    ...usual,
    template: template as Template,
    pilotStores: numberOr(given.pilotStores ?? given.stores, usual.pilotStores),
    percents: Array.isArray(given.percents) ? given.percents.join(', ') : usual.percents,
    percent: numberOr(given.percent, usual.percent),
    pilotApproval: asksPerson(given.pilotGate),
  }
}

export function draftOf(rollout: RolloutWhole): Draft {
  const { id, name, selection, cut, policy, serverPackageId } = rollout
  return {
    name,
    packageId: rollout.package.id,
    serverPackageId,
    targets: targetsOf(selection),
    waves: wavesOf(cut),
    policy: (differing(defaultPolicy, policy) ?? {}) as PolicyBody,
    kept: { id, packageId: rollout.package.id },
  }
}
