/** Keys that somebody has already: a known_hosts file or a list. First what it would pin, then just that. */
import { Group, SegmentedControl, Stack, Text, Textarea } from '@mantine/core'
import { useState } from 'react'
import { post } from '../../../api/client.ts'
import { useChange } from '../../../api/hooks.ts'
import type { KeysImport } from '../../../api/types.ts'
import { ActButton } from '../../../parts/act-button.tsx'
import { Confirm } from '../../../parts/confirm.tsx'
import { FilePick } from '../../../parts/file-pick.tsx'
import { Mark } from '../../../parts/mark.tsx'
import { ProblemNotice } from '../../../parts/notices.tsx'
import { useWords } from '../../../words/language.ts'
import { KeysPreview } from './keys-preview.tsx'

interface Wanted {
  readonly format: 'knownHosts' | 'csv'
  readonly mode: 'add' | 'replace'
  readonly text: string
}
interface Asked extends Wanted {
  readonly previewHash?: string | undefined
}
const formats = ['knownHosts', 'csv'] as const
const modes = ['add', 'replace'] as const

export function ImportKeys() {
  const { t } = useWords()
  const [wanted, setWanted] = useState<Wanted>({ format: 'knownHosts', mode: 'add', text: '' })
  const [isAsking, setAsking] = useState(false)
  const look = useChange<Asked, KeysImport>((body) => post('/host-keys/import', body))
  const apply = useChange<Asked, KeysImport>(
    (body) => post('/host-keys/import', body),
    ['hostKeys', 'enrolments', 'stores', 'devices'],
  )
  const change = (part: Partial<Wanted>) => {
    setWanted({ ...wanted, ...part })
    look.reset()
    apply.reset()
  }
  const run = () =>
    apply.mutate(
      { ...wanted, previewHash: look.data?.previewHash },
      {
        onSuccess: () => {
          setAsking(false)
          look.reset()
        },
      },
    )
  const preview = look.data
  const pins = preview?.changes.length ?? 0
  return (
    <Stack gap="sm">
      <KeysForm wanted={wanted} change={change} />
      <Group gap="sm">
        <ActButton
          permission="hosts.enrol"
          size="xs"
          variant="filled"
          loading={look.isPending}
          why={wanted.text.trim() === '' ? t('settings.keys.noText') : undefined}
          onClick={() => look.mutate(wanted)}
        >
          {t('settings.fleet.look')}
        </ActButton>
        {preview === undefined ? null : (
          <ActButton
            permission="hosts.enrol"
            size="xs"
            why={pins === 0 ? t('settings.keys.nothing') : undefined}
            onClick={() => setAsking(true)}
          >
            {t('settings.keys.pin', { count: pins })}
          </ActButton>
        )}
      </Group>
      {look.error == null ? null : <ProblemNotice error={look.error} />}
      {apply.data === undefined ? null : (
        <div role="status">
          <Mark
            tone="good"
            glyph="check"
            label={t('settings.keys.pinned', { count: apply.data.pinned ?? 0 })}
          />
        </div>
      )}
      {preview === undefined ? null : <KeysPreview preview={preview} />}
      <Confirm
        isOpen={isAsking}
        title={t('settings.enrol.confirmTitle')}
        yes={t('settings.enrol.confirm')}
        isDangerous={wanted.mode === 'replace'}
        isBusy={apply.isPending}
        error={apply.error}
        onYes={run}
        onClose={() => setAsking(false)}
      >
        <Text size="sm">
          {t('settings.enrol.confirmHosts', { count: pins })} {t('settings.enrol.confirmMeans')}
        </Text>
      </Confirm>
    </Stack>
  )
}

interface KeysFormProps {
  readonly wanted: Wanted
  readonly change: (part: Partial<Wanted>) => void
}
function KeysForm({ wanted, change }: KeysFormProps) {
  const { t } = useWords()
  const read = async (file: File | null) => {
    if (file === null) return
    const format = file.name.toLowerCase().endsWith('.csv') ? 'csv' : 'knownHosts'
    change({ text: await file.text(), format })
  }
  return (
    <>
      <Text size="sm" c="dimmed">
        {t('settings.keys.meaning')}
      </Text>
      <Group gap="sm">
        <SegmentedControl
          size="xs"
          aria-label={t('settings.fleet.format')}
          value={wanted.format}
          onChange={(next) => change({ format: next === 'csv' ? 'csv' : 'knownHosts' })}
          data={formats.map((one) => ({ value: one, label: t(`settings.keys.formats.${one}`) }))}
        />
        <SegmentedControl
          size="xs"
          aria-label={t('settings.enrol.mode')}
          value={wanted.mode}
          onChange={(next) => change({ mode: next === 'replace' ? 'replace' : 'add' })}
          data={modes.map((one) => ({ value: one, label: t(`settings.keys.modes.${one}`) }))}
        />
        <FilePick
          onChange={(file) => void read(file)}
          inputProps={{ 'aria-label': t('settings.fleet.choose'), tabIndex: -1 }}
        >
          {({ onClick }) => (
            <ActButton permission="hosts.enrol" size="xs" onClick={onClick}>
              {t('settings.fleet.choose')}
            </ActButton>
          )}
        </FilePick>
      </Group>
      <Textarea
        label={t('settings.keys.text')}
        description={t(`settings.keys.hints.${wanted.format}`)}
        value={wanted.text}
        autosize
        minRows={4}
        maxRows={12}
        spellCheck={false}
        classNames={{ input: 'settings-mono' }}
        onChange={(event) => change({ text: event.currentTarget.value })}
      />
    </>
  )
}
