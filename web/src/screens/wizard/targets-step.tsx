import { Checkbox, MultiSelect, Radio, Stack, Text, Textarea } from '@mantine/core'
import { useState } from 'react'
import { useAnswer, useMe } from '../../api/hooks.ts'
import type { Counts, NameCount, Page, Store } from '../../api/types.ts'
import { formatCount } from '../../format/money.ts'
import { useWords } from '../../words/language.ts'

import { KeptTargets } from './kept-notice.tsx'
import { Matched } from './matched.tsx'
import type { StepProps } from './step-props.ts'
import { deviceKinds, type Targets } from './targets-draft.ts'
import { textsIn } from './texts-in.ts'

type ChangeTargets = (targets: Partial<Targets>) => void
interface PartProps {
  readonly targets: Targets
  readonly set: ChangeTargets
}

export function TargetsStep({ draft, change }: StepProps) {
  const { t } = useWords()
  const groups = useMe().data?.storeGroups
  const { targets } = draft
  const set: ChangeTargets = (some) => change({ targets: { ...targets, ...some } })
  return (
    <div className="wizard-two">
      <Stack>
        {groups == null ? null : (
          <Text size="sm" className="wizard-note">
            {t('wizard.targets.narrowed', { groups: groups.join(', ') })}
          </Text>
        )}
        <Radio.Group
          value={targets.by}
          onChange={(by) => set({ by: by as Targets['by'] })}
          aria-label={t('wizard.steps.targets')}
        >
          <Stack gap={8}>
            <Radio value="whole" label={t('wizard.targets.whole')} />
            <Radio value="some" label={t('wizard.targets.some')} />
            <Radio value="list" label={t('wizard.targets.list')} />
          </Stack>
        </Radio.Group>
        {targets.by === 'some' ? <Conditions targets={targets} set={set} /> : null}
        {targets.by === 'list' ? <PastedList targets={targets} set={set} /> : null}
        <Checkbox
          checked={targets.remaining}
          label={t('wizard.targets.remaining')}
          description={t('wizard.targets.remainingHint')}
          onChange={(event) => set({ remaining: event.currentTarget.checked })}
        />
        <KeptTargets draft={draft} change={change} />
      </Stack>
      <Matched draft={draft} />
    </div>
  )
}

function PastedList({ targets, set }: PartProps) {
  const { t } = useWords()
  const count = textsIn(targets.cashIds).length
  return (
    <Stack gap={4}>
      <Textarea
        label={t('wizard.targets.cashIds')}
        description={t('wizard.targets.cashIdsHint')}
        value={targets.cashIds}
        autosize
        minRows={4}
        maxRows={14}
        spellCheck={false}
        onChange={(event) => set({ cashIds: event.currentTarget.value })}
      />
      <Text size="xs" c="dimmed" role="status">
        {t('wizard.targets.cashIdCount', { count })}
      </Text>
    </Stack>
  )
}

function Conditions({ targets, set }: PartProps) {
  const { t } = useWords()
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed">
        {t('wizard.targets.hint')}
      </Text>
      <Names of="groups" targets={targets} set={set} />
      <Names of="labels" targets={targets} set={set} />
      <Stores targets={targets} set={set} />
      <MultiSelect
        comboboxProps={{ withinPortal: false }}
        label={t('wizard.targets.kinds')}
        placeholder={targets.kinds.length === 0 ? t('wizard.targets.any') : ''}
        data={withChosen(
          deviceKinds.map((kind) => ({ value: kind, label: t(`wizard.kinds.${kind}`) })),
          targets.kinds,
        )}
        value={[...targets.kinds]}
        onChange={(kinds) => set({ kinds })}
      />
      <Versions targets={targets} set={set} />
    </Stack>
  )
}

/** Chosen ones stay listed, also when nothing has them any more. */
const withChosen = (data: readonly { value: string; label: string }[], chosen: readonly string[]) => [
  ...data,
  ...chosen
    .filter((one) => data.every(({ value }) => value !== one))
    .map((one) => ({ value: one, label: one })),
]

function Names({ of, targets, set }: PartProps & { readonly of: 'groups' | 'labels' }) {
  const { t } = useWords()
  const names = useAnswer<Page<NameCount>>(`/${of}`, { limit: 1000 }, { topics: ['stores', 'devices:all'] })
  const data = (names.data?.items ?? []).map(({ name, devices }) => ({
    value: name,
    label: `${name} · ${t('wizard.device', { count: devices })}`,
  }))
  return (
    <MultiSelect
      comboboxProps={{ withinPortal: false }}
      label={t(`wizard.targets.${of}`)}
      placeholder={targets[of].length === 0 ? t('wizard.targets.any') : ''}
      data={withChosen(data, targets[of])}
      value={[...targets[of]]}
      searchable
      onChange={(chosen) => set({ [of]: chosen })}
    />
  )
}

const quoted = (text: string): string => `"${text.trim().replace(/["\\]/g, '\\$&')}"`

function Stores({ targets, set }: PartProps) {
  const { t } = useWords()
  const [text, setText] = useState('')
  const filter = text.trim() === '' ? undefined : quoted(text)
  const found = useAnswer<Page<Store>>('/stores', { filter, limit: 100 }, { topics: ['stores'] })
  const data = (found.data?.items ?? []).map(({ code, name }) => ({
    value: code,
    label: `${code} · ${name}`,
  }))
  return (
    <MultiSelect
      comboboxProps={{ withinPortal: false }}
      label={t('wizard.targets.stores')}
      placeholder={targets.stores.length === 0 ? t('wizard.targets.storesHint') : ''}
      data={withChosen(data, targets.stores)}
      value={[...targets.stores]}
      searchable
      searchValue={text}
      onSearchChange={setText}
      onChange={(stores) => set({ stores })}
    />
  )
}

function Versions({ targets, set }: PartProps) {
  const { t, language } = useWords()
  const counts = useAnswer<Counts>('/devices/counts', { by: 'version' })
  const data = (counts.data?.counts ?? []).flatMap(({ key, count }) => {
    if (key === null) return []
    const digits = String(key).padStart(8, '0')
    return [{ value: digits, label: `${digits} · ${formatCount(language, count)}` }]
  })
  return (
    <MultiSelect
      comboboxProps={{ withinPortal: false }}
      label={t('wizard.targets.versions')}
      description={t('wizard.targets.versionsHint')}
      placeholder={targets.versions.length === 0 ? t('wizard.targets.any') : ''}
      data={withChosen(data, targets.versions)}
      value={[...targets.versions]}
      onChange={(versions) => set({ versions })}
    />
  )
}
