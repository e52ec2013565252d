/** The list of stores and tills from a file: shown first, then just that is applied. */
import { Anchor, Button, Group, SegmentedControl, Select, Stack, Text } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { addressOf } from '../../../api/base.ts'
import { ask } from '../../../api/client.ts'
import { useChange } from '../../../api/hooks.ts'
import type { FleetPreview } from '../../../api/types.ts'
import { ActButton } from '../../../parts/act-button.tsx'
import { ProblemNotice } from '../../../parts/notices.tsx'
import { useWords } from '../../../words/language.ts'
import { Locked } from '../locked.tsx'
import { useLock } from '../sections.ts'
import { Told } from '../told.tsx'
import { ApplyFleet } from './apply-fleet.tsx'
import { FileDrop } from './file-drop.tsx'
import { FileFaults, isOfFile } from './file-faults.tsx'
import { type FileFormat, fileFormats, formatOf, isFileFormat } from './file-format.ts'
import { FleetPreviewView } from './fleet-preview.tsx'

export function FleetSection() {
  const lock = useLock()('fleet')
  return (
    <Stack gap="md">
      <ExportLinks />
      {lock === undefined ? <FleetImport /> : <Locked why={lock} />}
    </Stack>
  )
}

function ExportLinks() {
  const { t } = useWords()
  return (
    <Group gap="sm">
      <Text size="sm">{t('settings.fleet.export')}</Text>
      {(['csv', 'json'] as const).map((format) => (
        <Anchor key={format} size="sm" href={addressOf(`api/v1/fleet?format=${format}`)} download>
          {t(`settings.fleet.exports.${format}`)}
        </Anchor>
      ))}
    </Group>
  )
}

type Mode = 'merge' | 'replace'
interface Chosen {
  readonly file: File | undefined
  readonly format: FileFormat
  readonly mode: Mode
}

export type Applied = FleetPreview['counts']

function FleetImport() {
  const { t } = useWords()
  const [chosen, setChosen] = useState<Chosen>({ file: undefined, format: 'csv', mode: 'merge' })
  const [applied, setApplied] = useState<Applied>()
  const { file, format, mode } = chosen
  const look = useChange<Chosen, FleetPreview>((wanted) =>
    ask('POST', '/fleet/preview', {
      params: { format: wanted.format, mode: wanted.mode },
      body: wanted.file,
    }),
  )
  const choose = (part: Partial<Chosen>) => {
    setChosen({ ...chosen, ...part })
    setApplied(undefined)
    look.reset()
  }
  const done = (counts: Applied) => {
    setApplied(counts)
    look.reset()
  }
  return (
    <Stack gap="md">
      <FileDrop file={file} onFile={(next) => choose({ file: next, format: formatOf(next.name) })} />
      <Group align="flex-end" gap="md">
        <Select
          size="xs"
          label={t('settings.fleet.format')}
          value={format}
          allowDeselect={false}
          data={fileFormats.map((one) => ({ value: one, label: t(`settings.fleet.formats.${one}`) }))}
          onChange={(value) => value !== null && isFileFormat(value) && choose({ format: value })}
        />
        <ModeChoice mode={mode} onMode={(next) => choose({ mode: next })} />
        <ActButton
          permission="fleet.import"
          size="xs"
          variant="filled"
          loading={look.isPending}
          why={file === undefined ? t('settings.fleet.noFile') : undefined}
          onClick={() => look.mutate(chosen)}
        >
          {t('settings.fleet.look')}
        </ActButton>
      </Group>
      {applied === undefined ? null : <AppliedNotice counts={applied} />}
      {look.error == null ? null : isOfFile(look.error) ? (
        <FileFaults problem={look.error} />
      ) : (
        <ProblemNotice error={look.error} />
      )}
      {look.data === undefined ? null : (
        <>
          <ApplyFleet
            key={look.data.previewId}
            preview={look.data}
            onDone={done}
            onAgain={() => look.mutate(chosen)}
          />
          <FleetPreviewView preview={look.data} />
        </>
      )}
    </Stack>
  )
}

interface ModeChoiceProps {
  readonly mode: Mode
  readonly onMode: (mode: Mode) => void
}
function ModeChoice({ mode, onMode }: ModeChoiceProps) {
  const { t } = useWords()
  return (
    <Stack gap={2}>
      <Text size="xs" fw={500} id="settings-mode">
        {t('settings.fleet.mode')}
      </Text>
      <SegmentedControl
        size="xs"
        aria-labelledby="settings-mode"
        value={mode}
        onChange={(value) => onMode(value === 'replace' ? 'replace' : 'merge')}
        data={(['merge', 'replace'] as const).map((one) => ({
          value: one,
          label: t(`settings.fleet.modes.${one}`),
        }))}
      />
    </Stack>
  )
}

function AppliedNotice({ counts: { stores, devices } }: { readonly counts: Applied }) {
  const { t } = useWords()
  const changed = (one: typeof stores) => one.added + one.changed + one.removed
  return (
    <Told tone="good" glyph="check" role="status" title={t('settings.fleet.applied')}>
      <Text size="sm">
        {t('settings.fleet.appliedStores', { count: changed(stores) })} ·{' '}
        {t('settings.fleet.appliedDevices', { count: changed(devices) })}
      </Text>
      {stores.added + devices.added === 0 ? null : (
        <Group gap="xs" mt={4}>
          <Text size="sm">{t('settings.fleet.enrolNext')}</Text>
          <Button
            component={Link}
            to="/settings/hosts"
            search={{ tab: 'pinned', state: 'unpinned' } as never}
            size="compact-sm"
            variant="default"
          >
            {t('settings.sections.hosts')}
          </Button>
        </Group>
      )}
    </Told>
  )
}
