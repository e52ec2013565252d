/** What a control would do, each device of the rollout in exactly one line. */
import { Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { type Effect, effects } from '../../../../src/rollout/consequence.ts'
import { get, look } from '../../api/client.ts'
import type { ApiProblem } from '../../api/problem.ts'
import { restMs } from '../../api/rest.ts'
import type { Consequences, RolloutWhole } from '../../api/types.ts'
import { Glyph, type GlyphName } from '../../parts/glyph.tsx'
import type { Tone } from '../../parts/mark.tsx'
import { Answered } from '../../parts/notices.tsx'
import { useWords } from '../../words/language.ts'
import { pathOf, topicsOf } from './use-rollout.ts'
import { type AskedVerb, nextWave, type Verb } from './verbs.ts'

const signs: Readonly<Record<Effect, readonly [Tone, GlyphName]>> = {
  inTheMiddle: ['busy', 'play'],
  inDoubt: ['warn', 'question'],
  armed: ['warn', 'back'],
  transferring: ['busy', 'clock'],
  notStarted: ['calm', 'stop'],
  starts: ['busy', 'play'],
  goesBack: ['warn', 'back'],
  perhapsGoesBack: ['warn', 'question'],
  cannotGoBack: ['bad', 'cross'],
  skipped: ['off', 'skip'],
  retried: ['busy', 'play'],
  refused: ['warn', 'lock'],
  unchanged: ['off', 'dash'],
}

function Lines({ found, verb }: { readonly found: Consequences; readonly verb: AskedVerb }) {
  const { t } = useWords()
  const lines = effects.filter((effect) => (found.devices[effect] ?? 0) > 0)
  const changes = lines.some((effect) => effect !== 'unchanged')
  const never = (found.devices.notStarted ?? 0) > 0
  return (
    <div className="rollout-consequence" data-testid="consequence">
      <Text size="sm" fw={600}>
        {t('rollout.effectsTitle')}
      </Text>
      {changes ? null : <Text size="sm">{t('rollout.effectsNone')}</Text>}
      <ul>
        {lines.map((effect) => {
          const [tone, glyph] = signs[effect]
          return (
            <li key={effect} data-effect={effect}>
              <span className="mark" data-tone={tone}>
                <Glyph name={glyph} />
              </span>
              <span>{t(`rollout.effects.${effect}`, { count: found.devices[effect] ?? 0 })}</span>
            </li>
          )
        })}
      </ul>
      {verb === 'stop' && never ? <Text size="sm">{t('rollout.forGood')}</Text> : null}
      {verb === 'pause' && never ? <Text size="sm">{t('rollout.untilResumed')}</Text> : null}
      {verb === 'rollback' ? <Text size="sm">{t('rollout.rollbackMakes')}</Text> : null}
    </div>
  )
}

interface EffectsOf {
  readonly rollout: RolloutWhole
  readonly verb: Exclude<Verb, 'start'>
  readonly wave?: number | undefined
  readonly cashIds?: readonly string[] | undefined
  readonly isAsked: boolean
}
/** In numbers of devices, asked for anew as the night goes on. */
function useEffects({ rollout, verb, wave, cashIds, isAsked }: EffectsOf) {
  const path = `${pathOf(rollout.id)}/consequences`
  return useQuery<Consequences, ApiProblem>({
    queryKey: [path, { verb, wave, cashIds }],
    // An address has no room for many cash ids.
    queryFn: ({ signal }) =>
      cashIds === undefined ? get(path, { verb, wave }, signal) : look(path, { verb, cashIds }, { signal }),
    meta: { topics: topicsOf(rollout.id) },
    refetchInterval: ({ state }) => restMs(state, undefined),
    enabled: isAsked,
  })
}

/** As the timeline: a busy night moves many times a second, and this counts all its devices. */
const BEAT_MS = 5000
/** The same of the whole rollout on a beat of its own, for buttons that are on the screen all night. */
export function useEffectsOnBeat({
  rollout,
  verb,
  isAsked,
}: Pick<EffectsOf, 'rollout' | 'verb' | 'isAsked'>) {
  const path = `${pathOf(rollout.id)}/consequences`
  return useQuery<Consequences, ApiProblem>({
    queryKey: [path, 'on its beat', verb],
    queryFn: ({ signal }) => get(path, { verb }, signal),
    refetchInterval: ({ state }) => restMs(state, rollout.finishedAt === null ? BEAT_MS : undefined),
    enabled: isAsked,
  })
}

interface LinesProps {
  readonly rollout: RolloutWhole
  readonly verb: Exclude<AskedVerb, 'start'>
  readonly cashIds?: readonly string[] | undefined
}
/** Asked for anew while the question stands: a night goes on meanwhile. */
export function ConsequenceLines({ rollout, verb, cashIds }: LinesProps) {
  const wave = verb === 'release' ? nextWave(rollout)?.number : undefined
  const isIdle = cashIds !== undefined && cashIds.length === 0
  const found = useEffects({ rollout, verb, wave, cashIds, isAsked: !isIdle })
  if (isIdle) return null
  return <Answered answer={found}>{(data) => <Lines found={data} verb={verb} />}</Answered>
}

/** Before it has begun there are no rows to count: its plan says whom it reaches. */
export function StartConsequence({ rollout }: { readonly rollout: RolloutWhole }) {
  const { t } = useWords()
  const { targets, carried, stores, waves, leftOut } = rollout.plan
  const params = {
    devices: t('rollout.devices', { count: targets + carried }),
    stores: t('rollout.stores', { count: stores }),
    waves: waves.length,
    leftOut,
  }
  return (
    <Text size="sm" data-testid="consequence">
      {t('rollout.startsAll', params)}
    </Text>
  )
}
