/** What stands above everything else: why it is paused, and whether its plan still holds. */
import { Alert, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import type { RolloutWhole } from '../../api/types.ts'
import { Glyph, type GlyphName } from '../../parts/glyph.tsx'
import { useReason } from '../../parts/mark.tsx'
import { useWords } from '../../words/language.ts'
import { useDrift } from './use-rollout.ts'

interface BannerProps {
  readonly title: string
  readonly glyph: GlyphName
  readonly color: string
  readonly children: ReactNode
  readonly isLoud?: boolean
}
function Banner({ title, glyph, color, children, isLoud = false }: BannerProps) {
  return (
    <Alert
      className="rollout-banner"
      color={color}
      icon={<Glyph name={glyph} size={18} />}
      title={title}
      role={isLoud ? 'alert' : 'status'}
    >
      {children}
    </Alert>
  )
}

function Paused({ rollout }: { readonly rollout: RolloutWhole }) {
  const { t, language } = useWords()
  const because = rollout.pausedBecause
  const reason = useReason(because?.code)
  if (because === null)
    return (
      <Banner title={t('rollout.paused')} glyph="pause" color="yellow">
        {t('rollout.pausedByPerson')}
      </Banner>
    )
  const text = because.text[language]
  const wave = because.params.wave
  const where = typeof wave === 'number' ? `${t('rollout.wave', { number: wave })}: ` : ''
  return (
    <Banner title={t('rollout.paused')} glyph="bang" color="red" isLoud>
      <Text size="sm" fw={600}>
        {t('rollout.pausedByGate', {
          text: where + (typeof text === 'string' ? text : (reason?.label ?? because.code)),
        })}
      </Text>
      <Text size="sm">{t('rollout.pausedAdvice')}</Text>
    </Banner>
  )
}

function DriftBanner({ rollout }: { readonly rollout: RolloutWhole }) {
  const { t } = useWords()
  const drift = useDrift(rollout.id, true).data
  if (drift === undefined || (drift.drift.count === 0 && drift.changes.length === 0)) return null
  const refuses = drift.changes.length > 0
  return (
    <Banner title={t('rollout.drift')} glyph="question" color={refuses ? 'red' : 'yellow'} isLoud={refuses}>
      {t('rollout.driftCount', { count: drift.drift.count + drift.changes.length })}
      {' · '}
      {t(refuses ? 'rollout.driftRefuses' : 'rollout.driftAges')}
    </Banner>
  )
}

export function Banners({ rollout }: { readonly rollout: RolloutWhole }) {
  const { t } = useWords()
  const { state, next } = rollout
  return (
    <>
      {state === 'paused' ? <Paused rollout={rollout} /> : null}
      {state === 'stopping' ? (
        <Banner title={t('rollout.stopping')} glyph="stop" color="yellow">
          {null}
        </Banner>
      ) : null}
      {next === null ? null : (
        <Banner
          title={t('rollout.revision', { by: next.by ?? t('common.unknown') })}
          glyph="question"
          color="yellow"
        >
          {null}
        </Banner>
      )}
      {/* A draft tells of its drift beside its plan. */}
      {state === 'scheduled' ? <DriftBanner rollout={rollout} /> : null}
    </>
  )
}
