/** The controls: those that are not allowed now say why, and each says what it would do before it does it. */
import { Group } from '@mantine/core'
import { useMay } from '../../api/hooks.ts'
import type { RolloutWhole } from '../../api/types.ts'
import { ActButton } from '../../parts/act-button.tsx'
import { Glyph } from '../../parts/glyph.tsx'
import { useSelection } from '../../parts/selection.ts'
import { useWords } from '../../words/language.ts'
import { useEffectsOnBeat } from './consequences.tsx'
import { ControlDialog } from './control-dialog.tsx'
import { RetryDialog } from './retry-dialog.tsx'
import { useAsked } from './use-asked.ts'
import { concerned, nextWave, traits, type Verb, verbs } from './verbs.ts'

/** How many of those it is for the server would take; undefined: not known, or nobody to ask it of. */
function useTaken(rollout: RolloutWhole, verb: 'retry' | 'rollback'): number | undefined {
  // Who may not do it is told that, and nothing else.
  const may = useMay(traits[verb].permission)
  const isAsked = may && rollout.allowed.includes(verb) && (concerned[verb]?.(rollout) ?? 0) > 0
  const devices = useEffectsOnBeat({ rollout, verb, isAsked }).data?.devices
  if (!isAsked || devices === undefined) return undefined
  const { retried = 0, goesBack = 0, perhapsGoesBack = 0 } = devices
  return verb === 'retry' ? retried : goesBack + perhapsGoesBack
}

/** Why not now; undefined: it may be done. What would reach nobody is not offered. */
function useRefusal(rollout: RolloutWhole): (verb: Verb) => string | undefined {
  const { t, core } = useWords()
  const taken = { retry: useTaken(rollout, 'retry'), rollback: useTaken(rollout, 'rollback') }
  return (verb) => {
    if (!rollout.allowed.includes(verb))
      return verb === 'rollback' && rollout.kind === 'rollback'
        ? t('rollout.isWayBack')
        : t('rollout.notNow', { state: core.rolloutStates[rollout.state].label })
    if (verb === 'release' && nextWave(rollout) === undefined) return t('rollout.notNowWave')
    if (verb !== 'retry' && verb !== 'skip' && verb !== 'rollback') return undefined
    if (concerned[verb]?.(rollout) === 0) return t(`rollout.nobody.${verb}`)
    if (verb === 'rollback' && rollout.package.canGoBack === false) return t('rollout.packageStays')
    return verb !== 'skip' && taken[verb] === 0 ? t(`rollout.noneTaken.${verb}`) : undefined
  }
}

/** `Запустить волну 2`. */
function useVerbLabel(rollout: RolloutWhole): (verb: Verb) => string {
  const { t } = useWords()
  return (verb) => {
    const label = t(`rollout.do.${verb}`)
    const wave = nextWave(rollout)
    return verb === 'release' && wave !== undefined && rollout.waves.length > 1
      ? `${label} ${wave.number}`
      : label
  }
}

/** How these begin is decided beside their plan. */
const OPEN: ReadonlySet<string> = new Set(['draft', 'awaitingApproval'])

export function Controls({ rollout }: { readonly rollout: RolloutWhole }) {
  const { t } = useWords()
  const refusalOf = useRefusal(rollout)
  const labelOf = useVerbLabel(rollout)
  const { keys } = useSelection()
  const { asked, ask, close } = useAsked<Verb>()
  const shown = OPEN.has(rollout.state) ? verbs.filter((verb) => verb === 'stop') : verbs
  return (
    <Group gap={6} role="group" aria-label={t('rollout.controls')} className="rollout-controls">
      {shown.map((verb) => {
        const { permission, glyph, isDangerous } = traits[verb]
        return (
          <ActButton
            key={verb}
            permission={permission}
            why={refusalOf(verb)}
            onClick={() => ask(verb)}
            color={isDangerous === true ? 'red' : undefined}
            variant={isDangerous === true ? 'light' : 'default'}
            leftSection={<Glyph name={glyph} size={12} />}
          >
            {labelOf(verb)}
          </ActButton>
        )
      })}
      {asked === undefined || asked === 'retry' ? null : (
        <ControlDialog
          key={asked}
          verb={asked}
          rollout={rollout}
          yes={labelOf(asked)}
          ticked={keys}
          onClose={close}
        />
      )}
      {asked === 'retry' ? <RetryDialog rollout={rollout} onClose={close} /> : null}
    </Group>
  )
}
