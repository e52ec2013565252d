/** What stands between the waves: open, waiting or breached, with the numbers it is judged by. */
import { Group } from '@mantine/core'
import type { RolloutWhole } from '../../api/types.ts'
import { viewerZone } from '../../format/time.ts'
import { Mark } from '../../parts/mark.tsx'
import { Moment } from '../../parts/values.tsx'
import { useWords } from '../../words/language.ts'
import { useGateText, useWaveName, type Wave } from './gate-text.ts'

function Gate({ wave, isLast }: { readonly wave: Wave; readonly isLast: boolean }) {
  const { t } = useWords()
  const { tone, glyph, label, actual, numbers, terms, isStuck } = useGateText()(wave)
  const nameOf = useWaveName()
  return (
    <li className="rollout-gate" data-tone={tone} data-wave={wave.number}>
      <div>
        <Mark tone={tone} glyph={glyph} label={label} />
        <span className="rollout-quiet">
          {isLast ? t('rollout.gateLast') : t('rollout.gateAfter', { wave: wave.number })}
        </span>
      </div>
      <div className="rollout-gate-text">
        <strong>{nameOf(wave)}</strong>
        {wave.passedAt === null ? null : (
          <span>
            <Moment at={wave.passedAt} clock />
          </span>
        )}
        {actual === '' ? null : <span>{actual}</span>}
        {isStuck ? <span className="rollout-warn">{t('rollout.gate.stuck')}</span> : null}
        {numbers === '' ? null : <span className="rollout-quiet">{numbers}</span>}
        <span className="rollout-quiet">{terms}</span>
      </div>
    </li>
  )
}

export function Gates({ rollout }: { readonly rollout: RolloutWhole }) {
  const { t } = useWords()
  const { waves } = rollout
  return (
    <section aria-labelledby="rollout-gates">
      <Group justify="space-between" gap="xs" className="rollout-section-head">
        <h2 id="rollout-gates" className="rollout-title">
          {t('rollout.gates')}
        </h2>
        {/* A gate is of all stores, whatever their zones: its times are the viewer's own. */}
        <span className="rollout-quiet">{t('rollout.timesIn', { zone: viewerZone() })}</span>
      </Group>
      <ol className="rollout-gates">
        {waves.map((wave, place) => (
          <Gate key={wave.number} wave={wave} isLast={place === waves.length - 1} />
        ))}
      </ol>
    </section>
  )
}
