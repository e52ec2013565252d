import { NativeSelect, SegmentedControl, SimpleGrid, Stack, Text, TextInput } from '@mantine/core'
import { useState } from 'react'
import { checkFreeze } from '../../../../src/rollout/time/calendar-check.ts'
import { post } from '../../api/client.ts'
import { useChange, useMay } from '../../api/hooks.ts'
import type { Freeze } from '../../api/types.ts'
import { Confirm } from '../../parts/confirm.tsx'
import { useWords } from '../../words/language.ts'
import { StoreField, useGroups } from './scope-select.tsx'
import { useFaultText } from './spans-field.tsx'

type ScopeKind = Freeze['scope']['kind']
interface Draft {
  readonly name: string
  readonly kind: ScopeKind
  readonly of: string
  readonly from: string
  readonly to: string
}
const blank: Draft = { name: '', kind: 'chain', of: '', from: '', to: '' }

const bodyOf = ({ name, kind, of, from, to }: Draft): object => ({
  name: name.trim(),
  scope: kind === 'chain' ? { kind } : { kind, name: of },
  from,
  to,
})

/** What is wrong with it, by field. */
function useFaults({ name, kind, of, from, to }: Draft) {
  const { t } = useWords()
  const text = useFaultText()
  const times = new Map(checkFreeze({ from, to }).map(({ path, code }) => [path, text(code)]))
  return {
    name: name.trim() === '' ? t('schedule.freeze.nameNeeded') : undefined,
    of: kind !== 'chain' && of === '' ? t('schedule.freeze.scopeNeeded') : undefined,
    from: times.get('from'),
    to: times.get('to'),
  }
}

export function FreezeDialog({ onClose }: { readonly onClose: () => void }) {
  const { t } = useWords()
  const may = useMay('freezes.write')
  const [draft, setDraft] = useState(blank)
  const [isTried, trySend] = useState(false)
  const found = useFaults(draft)
  const isGood = Object.values(found).every((fault) => fault === undefined)
  const shown = isTried ? found : {}
  const add = useChange(() => post<Freeze>('/freezes', bodyOf(draft)), ['freezes'])
  const change = (part: Partial<Draft>) => setDraft((former) => ({ ...former, ...part }))
  const send = () => (isGood ? add.mutate(undefined, { onSuccess: onClose }) : trySend(true))
  return (
    <Confirm
      isOpen
      title={t('schedule.freeze.title')}
      yes={t('schedule.freeze.add')}
      isAllowed={may}
      isBusy={add.isPending}
      error={add.error}
      onYes={send}
      onClose={onClose}
    >
      <Stack gap="sm">
        <FreezeFields draft={draft} faults={shown} change={change} />
        <Text size="sm">{t('schedule.freeze.consequence')}</Text>
      </Stack>
    </Confirm>
  )
}

interface FreezeFieldsProps {
  readonly draft: Draft
  readonly faults: Partial<ReturnType<typeof useFaults>>
  readonly change: (part: Partial<Draft>) => void
}
function FreezeFields({ draft, faults, change }: FreezeFieldsProps) {
  const { t } = useWords()
  return (
    <>
      <TextInput
        label={t('schedule.freeze.name')}
        placeholder={t('schedule.freeze.nameHint')}
        value={draft.name}
        maxLength={200}
        error={faults.name}
        onChange={(event) => change({ name: event.currentTarget.value })}
      />
      <SegmentedControl
        size="sm"
        aria-label={t('schedule.freeze.scope')}
        value={draft.kind}
        onChange={(kind) => change({ kind: kind as ScopeKind, of: '' })}
        data={[
          { value: 'chain', label: t('schedule.freeze.chain') },
          { value: 'group', label: t('schedule.group') },
          { value: 'store', label: t('schedule.store') },
        ]}
      />
      <ScopeName draft={draft} fault={faults.of} change={change} />
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <TextInput
          type="datetime-local"
          label={t('schedule.freeze.from')}
          value={draft.from}
          error={faults.from}
          onChange={(event) => change({ from: event.currentTarget.value })}
        />
        <TextInput
          type="datetime-local"
          label={t('schedule.freeze.to')}
          value={draft.to}
          error={faults.to}
          onChange={(event) => change({ to: event.currentTarget.value })}
        />
      </SimpleGrid>
      <Text size="xs" c="dimmed">
        {t('schedule.freeze.local')}
      </Text>
    </>
  )
}

interface ScopeNameProps {
  readonly draft: Draft
  readonly fault: string | undefined
  readonly change: (part: Partial<Draft>) => void
}
function ScopeName({ draft: { kind, of }, fault, change }: ScopeNameProps) {
  const { t } = useWords()
  const groups = useGroups()
  if (kind === 'chain') return null
  if (kind === 'store')
    return (
      <StoreField
        label={t('schedule.store')}
        isLabelSeen
        value={of === '' ? undefined : of}
        error={fault}
        onChange={(code) => change({ of: code ?? '' })}
      />
    )
  return (
    <NativeSelect
      label={t('schedule.group')}
      value={of}
      error={fault}
      onChange={(event) => change({ of: event.currentTarget.value })}
      data={[
        { value: '', label: t('schedule.freeze.scopeNeeded') },
        ...groups.map((name) => ({ value: name, label: name })),
      ]}
    />
  )
}
