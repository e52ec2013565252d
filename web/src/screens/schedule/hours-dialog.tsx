/** Windows, opening hours and special days of a store; what is wrong is said at its field before it is sent. */
import { Alert, Button, Group, Modal, SegmentedControl, Stack, Text } from '@mantine/core'
import { useMay } from '../../api/hooks.ts'
import type { StoreWhole } from '../../api/types.ts'
import { Glyph } from '../../parts/glyph.tsx'
import { ProblemNotice } from '../../parts/notices.tsx'
import { useWords } from '../../words/language.ts'
import { ExceptionsField } from './exceptions-field.tsx'
import { faultsOf, type HoursDraft, hoursOf, nightSpan, shopSpan } from './hours-draft.ts'
import { HoursStale } from './hours-stale.tsx'
import { SpansField, useFaultText } from './spans-field.tsx'
import { useHours } from './use-hours.ts'

interface HoursDialogProps {
  readonly store: StoreWhole
  readonly onClose: () => void
}
export function HoursDialog({ store, onClose }: HoursDialogProps) {
  const { t } = useWords()
  const may = useMay('fleet.edit')
  const hours = useHours(store)
  const { draft, isStale } = hours
  const faults = faultsOf(draft)
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('schedule.hours.title', { store: `${store.name} (${store.code})` })}
      size="48rem"
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <Stack gap="md">
        <Text size="sm" c="dimmed">
          {t('schedule.hours.local', { zone: store.timeZone })}
        </Text>
        <HoursFields draft={draft} faults={faults} onChange={hours.setDraft} />
        <Alert color="gray" p="xs" icon={<Glyph name="clock" />}>
          {t('schedule.hours.consequence')}
        </Alert>
        {hours.error === null ? null : <ProblemNotice error={hours.error} />}
        {isStale ? (
          <HoursStale
            before={hours.before}
            now={hours.now}
            onTheirs={hours.takeTheirs}
            onMine={hours.keepMine}
          />
        ) : null}
        <Group justify="space-between">
          <Button
            variant="subtle"
            title={t('schedule.hours.resetHint')}
            disabled={!may || isStale || store.calendar === null}
            onClick={() => hours.save(null, onClose)}
          >
            {t('schedule.hours.reset')}
          </Button>
          <Group>
            <Button variant="default" onClick={onClose}>
              {t('common.cancel')}
            </Button>
            <Button
              disabled={!may || isStale || faults.size > 0}
              loading={hours.isSaving}
              onClick={() => hours.save(hoursOf(draft), onClose)}
            >
              {t('common.save')}
            </Button>
          </Group>
        </Group>
      </Stack>
    </Modal>
  )
}

interface HoursFieldsProps {
  readonly draft: HoursDraft
  readonly faults: ReadonlyMap<string, string>
  readonly onChange: (draft: HoursDraft) => void
}
function HoursFields({ draft, faults, onChange }: HoursFieldsProps) {
  const { t } = useWords()
  const text = useFaultText()
  const change = (part: Partial<HoursDraft>) => onChange({ ...draft, ...part })
  const none = faults.get('windows')
  return (
    <>
      <SpansField
        path="windows"
        title={t('schedule.hours.windows')}
        add={t('schedule.hours.addWindow')}
        fresh={nightSpan}
        spans={draft.windows}
        faults={faults}
        onChange={(windows) => change({ windows })}
      />
      {none === undefined ? null : (
        <Text size="sm" className="schedule-fault">
          {text(none)}
        </Text>
      )}
      <fieldset className="schedule-fields">
        <legend>{t('schedule.hours.opening')}</legend>
        <SegmentedControl
          size="xs"
          aria-label={t('schedule.hours.opening')}
          value={draft.openingKind}
          onChange={(kind) => {
            const openingKind = kind as HoursDraft['openingKind']
            const isFirst = openingKind === 'week' && draft.opening.length === 0
            change({ openingKind, ...(isFirst ? { opening: [shopSpan] } : {}) })
          }}
          data={(['unknown', 'always', 'week'] as const).map((kind) => ({
            value: kind,
            label: t(`schedule.hours.openingKind.${kind}`),
          }))}
        />
        {draft.openingKind === 'week' ? (
          <SpansField
            path="opening"
            title={t('schedule.hours.opening')}
            isTitleHidden
            add={t('schedule.hours.addOpening')}
            fresh={shopSpan}
            spans={draft.opening}
            faults={faults}
            onChange={(opening) => change({ opening })}
          />
        ) : null}
      </fieldset>
      <ExceptionsField
        days={draft.exceptions}
        faults={faults}
        onChange={(exceptions) => change({ exceptions })}
      />
    </>
  )
}
