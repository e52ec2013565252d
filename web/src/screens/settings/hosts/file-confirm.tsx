/** A list from the stores, `store,cashId,fingerprint`: compared by the server, host by host, however many there are. */
import { FileButton, Group, Select, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import { post } from '../../../api/client.ts'
import { useChange } from '../../../api/hooks.ts'
import type { Confirmed, Enrolment } from '../../../api/types.ts'
import { formatMoment, viewerZone } from '../../../format/time.ts'
import { ActButton } from '../../../parts/act-button.tsx'
import { Confirm } from '../../../parts/confirm.tsx'
import { Mark } from '../../../parts/mark.tsx'
import { useWords } from '../../../words/language.ts'

interface Wanted {
  readonly name: string
  readonly text: string
}

export function FileConfirm({ rows }: { readonly rows: readonly Enrolment[] }) {
  const { t, language } = useWords()
  const requests = [...new Map(rows.map((row) => [row.requestId, row])).values()]
  const [chosen, setChosen] = useState<string>()
  const [file, setFile] = useState<Wanted>()
  const request = requests.find(({ requestId }) => requestId === chosen)?.requestId ?? requests[0]?.requestId
  const pin = useChange(
    () => post<Confirmed>('/enrolments/confirm', { request, file: file?.text ?? '' }),
    ['enrolments', 'hostKeys', 'stores', 'devices'],
  )
  const read = async (from: File | null) => {
    if (from === null) return
    pin.reset()
    setFile({ name: from.name, text: await from.text() })
  }
  const close = () => setFile(undefined)
  if (request === undefined) return pin.data === undefined ? null : <Outcome done={pin.data} />
  return (
    <div className="settings-way">
      <Text size="sm" fw={500}>
        {t('settings.enrol.file')}
      </Text>
      <Text size="xs" c="dimmed">
        {t('settings.enrol.fileHint')}
      </Text>
      <Group gap="xs" align="flex-end">
        {requests.length < 2 ? null : (
          <Select
            size="xs"
            label={t('settings.enrol.request')}
            value={request ?? null}
            allowDeselect={false}
            data={requests.map(({ requestId, createdAt, requestedBy }) => ({
              value: requestId,
              label: `${formatMoment(language, new Date(createdAt), viewerZone())} · ${requestedBy}`,
            }))}
            onChange={(next) => setChosen(next ?? undefined)}
          />
        )}
        <FileButton
          accept=".csv,.txt,text/*"
          onChange={(from) => void read(from)}
          inputProps={{ 'aria-label': t('settings.enrol.fileChoose'), tabIndex: -1 }}
        >
          {({ onClick }) => (
            <ActButton permission="hosts.enrol" onClick={onClick}>
              {t('settings.enrol.fileChoose')}
            </ActButton>
          )}
        </FileButton>
      </Group>
      {pin.data === undefined ? null : <Outcome done={pin.data} />}
      <Confirm
        isOpen={file !== undefined}
        title={t('settings.enrol.fileTitle')}
        yes={t('settings.enrol.confirm')}
        isBusy={pin.isPending}
        error={pin.error}
        onYes={() => pin.mutate(undefined, { onSuccess: close })}
        onClose={close}
      >
        <Text size="sm">{t('settings.enrol.fileMeans', { name: file?.name ?? '' })}</Text>
      </Confirm>
    </div>
  )
}

function Outcome({ done: { confirmed, notConfirmed, passedOver } }: { readonly done: Confirmed }) {
  const { t } = useWords()
  const left = notConfirmed.length + passedOver.length
  return (
    <Stack gap={2} role="status">
      <Mark tone="good" glyph="check" label={t('settings.enrol.fileDone', { count: confirmed })} />
      {left === 0 ? null : (
        <Mark tone="warn" glyph="question" label={t('settings.enrol.fileLeft', { count: left })} />
      )}
    </Stack>
  )
}
