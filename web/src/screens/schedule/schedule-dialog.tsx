/** A new schedule: what, whom, in which waves, when; its next runs are shown while it is written. */
import {
  MultiSelect,
  NativeSelect,
  SegmentedControl,
  SimpleGrid,
  Stack,
  Text,
  TextInput,
} from '@mantine/core'
import { useState } from 'react'
import { post } from '../../api/client.ts'
import { useChange, useList, useMay } from '../../api/hooks.ts'
import type { Package, Schedule } from '../../api/types.ts'
import { Confirm } from '../../parts/confirm.tsx'
import { useWords } from '../../words/language.ts'
import { packageKinds, useKindName } from '../packages/terms.ts'
import {
  blankSchedule,
  bodyOf,
  type ScheduleDraft,
  type ScheduleFaults,
  useScheduleFaults,
  waveKinds,
} from './schedule-draft.ts'
import { useGroups } from './scope-select.tsx'
import { WhenFields } from './when-fields.tsx'

interface FieldsProps {
  readonly draft: ScheduleDraft
  readonly faults: ScheduleFaults
  readonly change: (part: Partial<ScheduleDraft>) => void
}

export function ScheduleDialog({ onClose }: { readonly onClose: () => void }) {
  const { t } = useWords()
  const may = useMay('rollouts.plan')
  const [draft, setDraft] = useState(blankSchedule)
  const [isTried, trySend] = useState(false)
  const found = useScheduleFaults(draft)
  const isGood = Object.values(found).every((fault) => fault === undefined)
  const add = useChange(() => post<Schedule>('/schedules', bodyOf(draft)), ['schedules'])
  const change = (part: Partial<ScheduleDraft>) => setDraft((former) => ({ ...former, ...part }))
  const send = () => (isGood ? add.mutate(undefined, { onSuccess: onClose }) : trySend(true))
  // What was not written yet is no fault before it is sent.
  const shown = isTried ? found : { cron: found.cron, zone: found.zone }
  const fields = { draft, faults: shown, change }
  return (
    <Confirm
      isOpen
      title={t('schedule.plan.title')}
      yes={t('schedule.plan.add')}
      isAllowed={may}
      isBusy={add.isPending}
      error={add.error}
      onYes={send}
      onClose={onClose}
    >
      <Stack gap="sm">
        <NameFields {...fields} />
        <WhatField {...fields} />
        <WhomFields {...fields} />
        <WhenFields
          when={draft.when}
          zone={draft.zone}
          faults={shown}
          onWhen={(when) => change({ when })}
          onZone={(zone) => change({ zone })}
        />
        <Text size="sm">{t('schedule.plan.consequence')}</Text>
      </Stack>
    </Confirm>
  )
}

function NameFields({ draft, faults, change }: FieldsProps) {
  const { t } = useWords()
  return (
    <SimpleGrid cols={{ base: 1, sm: 2 }}>
      <TextInput
        label={t('schedule.plan.name')}
        value={draft.name}
        maxLength={180}
        error={faults.name}
        onChange={(event) => change({ name: event.currentTarget.value })}
      />
      <TextInput
        label={t('schedule.plan.rolloutName')}
        placeholder={draft.name}
        value={draft.rolloutName}
        maxLength={180}
        onChange={(event) => change({ rolloutName: event.currentTarget.value })}
      />
    </SimpleGrid>
  )
}

function WhatField({ draft, change }: FieldsProps) {
  const { t } = useWords()
  const kindName = useKindName()
  const packages = useList<Package>(
    '/packages',
    { filter: 'retired:false', limit: 100 },
    { topics: ['packages'] },
  )
  return (
    <NativeSelect
      label={t('schedule.plan.what')}
      value={draft.what}
      onChange={(event) => change({ what: event.currentTarget.value })}
      data={[
        ...packageKinds.map((kind) => ({
          value: `newest:${kind}`,
          label: t('schedule.plan.newest', { kind: kindName(kind) }),
        })),
        ...packages.rows.map(({ id, kind, display, version }) => ({
          value: id,
          label: t('schedule.plan.package', { kind: kindName(kind), version: display, digits: version }),
        })),
      ]}
    />
  )
}

function WhomFields({ draft, faults, change }: FieldsProps) {
  const { t } = useWords()
  const groups = useGroups()
  return (
    <>
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <div>
          <Text size="sm" fw={500} mb={4}>
            {t('schedule.plan.whom')}
          </Text>
          <SegmentedControl
            size="sm"
            aria-label={t('schedule.plan.whom')}
            value={draft.isAll ? 'all' : 'groups'}
            onChange={(value) => change({ isAll: value === 'all' })}
            data={[
              { value: 'all', label: t('schedule.plan.all') },
              { value: 'groups', label: t('schedule.plan.groups') },
            ]}
          />
        </div>
        <NativeSelect
          label={t('schedule.plan.waves')}
          value={draft.waves}
          onChange={(event) => change({ waves: event.currentTarget.value as ScheduleDraft['waves'] })}
          data={waveKinds.map((one) => ({ value: one, label: t(`schedule.plan.waveKinds.${one}`) }))}
        />
      </SimpleGrid>
      {draft.isAll ? null : (
        <MultiSelect
          label={t('schedule.plan.groups')}
          data={[...groups]}
          value={[...draft.groups]}
          error={faults.groups}
          onChange={(chosen) => change({ groups: chosen })}
          searchable
          nothingFoundMessage={t('common.nothingFound')}
        />
      )}
    </>
  )
}
