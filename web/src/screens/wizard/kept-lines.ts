/** In words: what of a kept draft goes on as it was, because the wizard has no field for it. */
import { useWords } from '../../words/language.ts'
import { isBranch, type Members, membersOf, textsOf, without } from './json.ts'
import { keptTargets, type Targets } from './targets-draft.ts'
import { besideOf, keptPilotGate, type Waves } from './waves-draft.ts'

/** Names of one line at most. */
const MOST = 8

const members = ['groups', 'labels', 'stores', 'versions', 'cashIds'] as const
const gateNumbers = [
  'successPercent',
  'failurePercent',
  'minimumSample',
  'unreachablePercent',
  'silentPercent',
  'soakMinutes',
] as const

function useNames(): (names: readonly string[]) => string {
  const { t } = useWords()
  return (names) =>
    names.length <= MOST
      ? names.join(', ')
      : `${names.slice(0, MOST).join(', ')} ${t('wizard.kept.more', { count: names.length - MOST })}`
}

/** `группы магазинов: A, B; виды: Кассы`. */
function useCriteria(): (criteria: Members) => string {
  const { t } = useWords()
  const names = useNames()
  return (criteria) => {
    const kinds = textsOf(criteria.kinds).map((kind) =>
      t(`wizard.kinds.${kind}` as 'wizard.kinds.till', { defaultValue: kind }),
    )
    return [
      ...members.flatMap((member) => {
        const some = textsOf(criteria[member])
        const name = t(`wizard.targets.${member}`)
        return some.length === 0 ? [] : [t('wizard.kept.part', { name, what: names(some) })]
      }),
      ...(kinds.length === 0
        ? []
        : [t('wizard.kept.part', { name: t('wizard.targets.kinds'), what: names(kinds) })]),
    ].join('; ')
  }
}

export function useKeptTargets(targets: Targets): string[] {
  const { t } = useWords()
  const text = useCriteria()
  const { exclude, ...beside } = keptTargets(targets)
  const narrowed = text(beside)
  const other = Object.keys(without(beside, [...members, 'kinds']))
  return [
    ...(narrowed === '' ? [] : [t('wizard.kept.narrowed', { what: narrowed })]),
    ...(Array.isArray(exclude) ? exclude.filter(isBranch) : []).map((one) =>
      t('wizard.kept.exclude', { what: text(one) }),
    ),
    ...(other.length === 0 ? [] : [t('wizard.kept.other', { what: other.join(', ') })]),
  ]
}

function useGateText(): (gate: Members) => string {
  const { t } = useWords()
  return (gate) =>
    [
      ...gateNumbers.flatMap((name) =>
        gate[name] === undefined
          ? []
          : [t('wizard.kept.part', { name: t(`wizard.waves.${name}`), what: String(gate[name]) })],
      ),
      ...(gate.approval === true ? [t('wizard.plan.gatePerson')] : []),
      ...(gate.approval === false ? [t('wizard.kept.noPerson')] : []),
    ].join('; ')
}

export function useKeptWaves(waves: Waves): string[] {
  const { t } = useWords()
  const names = useNames()
  const gateText = useGateText()
  const { template, own } = waves
  const partsOf = (beside: Members, place: number): string[] => {
    const { name, of, cumulative, notStores } = beside
    const gate = membersOf(beside.gate)
    // That a person is waited for after the pilot has a field.
    const text = gateText(place === 0 ? without(gate, ['approval']) : gate)
    return [
      ...(typeof name === 'string' ? [t('wizard.kept.name', { name })] : []),
      ...(text === '' ? [] : [t('wizard.kept.gate', { what: text })]),
      ...(of === 'devices' ? [t('wizard.kept.ofDevices')] : []),
      ...(cumulative === false ? [t('wizard.kept.notCumulative')] : []),
      ...(notStores === undefined ? [] : [t('wizard.kept.notStores', { what: names(textsOf(notStores)) })]),
    ]
  }
  if (template === 'custom')
    return own.flatMap((one, place) => {
      const parts = partsOf(besideOf(one), place)
      return parts.length === 0 ? [] : [t('wizard.kept.wave', { number: place + 1, what: parts.join(', ') })]
    })
  const gate = keptPilotGate(waves)
  const text = gateText(template === 'single' ? gate : without(gate, ['approval']))
  return text === '' ? [] : [t('wizard.kept.pilot', { what: t('wizard.kept.gate', { what: text }) })]
}
