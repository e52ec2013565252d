import { Group, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import { post } from '../../../api/client.ts'
import { useChange } from '../../../api/hooks.ts'
import type { FleetPreview } from '../../../api/types.ts'
import { ActButton } from '../../../parts/act-button.tsx'
import { Confirm } from '../../../parts/confirm.tsx'
import { Glyph } from '../../../parts/glyph.tsx'
import { useWords } from '../../../words/language.ts'
import { Told } from '../told.tsx'
import type { Applied } from './fleet-section.tsx'

interface ApplyFleetProps {
  readonly preview: FleetPreview
  readonly onDone: (counts: Applied) => void
  /** The same file once more: the fleet is not what it was. */
  readonly onAgain: () => void
}

const changedIn = ({ counts: { stores, devices } }: FleetPreview): number =>
  [stores, devices].reduce((sum, { added, changed, removed }) => sum + added + changed + removed, 0)

export function ApplyFleet({ preview, onDone, onAgain }: ApplyFleetProps) {
  const { t } = useWords()
  const [isAsking, setAsking] = useState(false)
  const { previewId, hash, counts, canApply } = preview
  const apply = useChange(
    () => post<{ counts: Applied }>('/fleet/apply', { previewId, hash }),
    ['stores', 'devices', 'hostKeys'],
  )
  const run = () =>
    apply.mutate(undefined, {
      onSuccess: (done) => onDone(done.counts),
      onError: ({ code }) => code === 'fleetChanged' && setAsking(false),
    })
  const isStale = apply.error?.code === 'fleetChanged'
  const removed = counts.stores.removed + counts.devices.removed
  const why =
    changedIn(preview) === 0
      ? t('settings.fleet.nothingToApply')
      : canApply
        ? isStale
          ? t('problems.fleetChanged')
          : undefined
        : t('settings.fleet.cannotApply')
  return (
    <Stack gap="xs">
      {isStale ? <StaleNotice changed={apply.error?.more.changed} onAgain={onAgain} /> : null}
      <Group gap="sm">
        <ActButton
          permission="fleet.import"
          size="sm"
          variant="filled"
          color={removed > 0 ? 'red' : undefined}
          why={why}
          onClick={() => setAsking(true)}
        >
          {t('settings.fleet.apply')}
        </ActButton>
        <Text size="sm" c="dimmed">
          {why ?? t('settings.fleet.applyHint')}
        </Text>
      </Group>
      <Confirm
        isOpen={isAsking}
        title={t('settings.fleet.applyAsk')}
        yes={t('settings.fleet.apply')}
        isDangerous={removed > 0}
        isBusy={apply.isPending}
        error={apply.error}
        onYes={run}
        onClose={() => setAsking(false)}
      >
        <Text size="sm">
          {t('settings.fleet.willAdd', { stores: counts.stores.added, devices: counts.devices.added })}
        </Text>
        <Text size="sm">
          {t('settings.fleet.willChange', { stores: counts.stores.changed, devices: counts.devices.changed })}
        </Text>
        {removed === 0 ? null : (
          <Text size="sm" fw={600} className="settings-bad">
            <Glyph name="bang" />{' '}
            {t('settings.fleet.willRemove', {
              stores: counts.stores.removed,
              devices: counts.devices.removed,
            })}
          </Text>
        )}
      </Confirm>
    </Stack>
  )
}

interface StaleNoticeProps {
  readonly changed: unknown
  readonly onAgain: () => void
}
function StaleNotice({ changed, onAgain }: StaleNoticeProps) {
  const { t } = useWords()
  const names = Array.isArray(changed) ? changed.filter((one) => typeof one === 'string') : []
  return (
    <Told tone="warn" glyph="question" role="alert" title={t('problems.fleetChanged')}>
      <Stack gap={6} align="flex-start">
        {names.length === 0 ? null : (
          <Text size="sm">{t('settings.fleet.changedSince', { names: names.slice(0, 20).join(', ') })}</Text>
        )}
        <ActButton permission="fleet.import" onClick={onAgain}>
          {t('settings.fleet.lookAgain')}
        </ActButton>
      </Stack>
    </Told>
  )
}
