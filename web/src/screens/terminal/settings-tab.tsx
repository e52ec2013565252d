/** The old window: what may be edited, and below it what the till does and says. */
import { Button, Group, Text } from '@mantine/core'
import { useState } from 'react'
import { useMay } from '../../api/hooks.ts'
import { asProblem } from '../../api/problem.ts'
import type { DeviceWhole } from '../../api/types.ts'
import { ActButton } from '../../parts/act-button.tsx'
import { Confirm } from '../../parts/confirm.tsx'
import { Glyph } from '../../parts/glyph.tsx'
import { ProblemNotice } from '../../parts/notices.tsx'
import { useWords } from '../../words/language.ts'
import { DownloadSection } from './download-section.tsx'
import { FiscalSection } from './fiscal-section.tsx'
import { LeaveGuard } from './leave-guard.tsx'
import { ManageSection } from './manage-section.tsx'
import { ReplicationSection } from './replication-section.tsx'
import { SettingsFields } from './settings-fields.tsx'
import { Sightings } from './sightings.tsx'
import { StaleNotice } from './stale-notice.tsx'
import { useErrands } from './use-errands.ts'
import { type TillForm, useTillForm } from './use-till-form.ts'

interface SettingsTabProps {
  readonly device: DeviceWhole
  readonly again: () => Promise<DeviceWhole | undefined>
  readonly onClose: () => void
}
export function SettingsTab({ device, again, onClose }: SettingsTabProps) {
  const form = useTillForm(device, again)
  const errands = useErrands(device)
  return (
    <>
      <div className="terminal-scroll">
        {form.isStale ? <StaleNotice form={form} /> : null}
        <SettingsFields device={device} form={form} />
        <DownloadSection device={device} errands={errands} />
        <ManageSection device={device} errands={errands} />
        <ReplicationSection device={device} />
        <FiscalSection device={device} />
        <Sightings device={device} />
      </div>
      <Foot device={device} form={form} onClose={onClose} />
      <LeaveGuard cashId={device.cashId} dirty={form.dirty} />
    </>
  )
}

const hasField = (form: TillForm, path: string): boolean => Object.hasOwn(form.values, path)

/** What the API says of a field stands at the field, what somebody else changed above them; the rest here. */
const isTold = (form: TillForm): boolean => {
  const refused = Object.keys(form.refused)
  if (form.error === null || (refused.length > 0 && refused.every((path) => hasField(form, path))))
    return true
  return form.isStale && asProblem(form.error).code === 'preconditionFailed'
}

function Foot({
  device,
  form,
  onClose,
}: {
  readonly device: DeviceWhole
  readonly form: TillForm
  readonly onClose: () => void
}) {
  const { t } = useWords()
  const may = useMay('fleet.edit')
  const [isAsking, setAsking] = useState(false)
  const isClean = form.dirty.length === 0
  const isWrong = Object.keys(form.faults).length > 0
  const blocks = form.values.blocked && form.dirty.includes('blocked')
  const save = () => (blocks ? setAsking(true) : form.save())
  const saveNow = () => {
    setAsking(false)
    form.save()
  }
  return (
    <div className="terminal-foot">
      {form.isHalfSaved ? (
        <Text size="sm" role="status">
          {t('terminal.halfSaved')}
        </Text>
      ) : null}
      {isTold(form) ? null : <ProblemNotice error={form.error} />}
      <Group gap="sm">
        {may ? (
          <Button
            leftSection={<Glyph name="check" />}
            disabled={isClean || isWrong || form.isStale}
            loading={form.isSaving}
            onClick={save}
          >
            {t('terminal.save')}
          </Button>
        ) : (
          <ActButton permission="fleet.edit" size="sm" leftSection={<Glyph name="check" />} onClick={save}>
            {t('terminal.save')}
          </ActButton>
        )}
        <Button
          variant="default"
          leftSection={<Glyph name="cross" />}
          onClick={() => (isClean ? onClose() : form.reset())}
        >
          {t('terminal.cancel')}
        </Button>
        <span role="status" className="terminal-saved">
          {form.isSaved ? t('terminal.saved') : ''}
        </span>
      </Group>
      <Confirm
        isOpen={isAsking}
        title={t('terminal.ask.block')}
        yes={t('terminal.ask.blockYes')}
        isDangerous
        onYes={saveNow}
        onClose={() => setAsking(false)}
      >
        {t('terminal.ask.blockText', { name: device.name })}
      </Confirm>
    </div>
  )
}
