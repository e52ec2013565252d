/** A list from the stores, `store,cashId,fingerprint`: compared by the server, host by host, however many there are. */
import { Group, Select, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import { look } from '../../../api/client.ts'
import { useAnswer, useChange } from '../../../api/hooks.ts'
import type { Confirmed, EnrolmentRequest } from '../../../api/types.ts'
import { formatMoment, viewerZone } from '../../../format/time.ts'
import { ActButton } from '../../../parts/act-button.tsx'
import { FilePick } from '../../../parts/file-pick.tsx'
import { Mark } from '../../../parts/mark.tsx'
import { ProblemNotice } from '../../../parts/notices.tsx'
import { useWords } from '../../../words/language.ts'
import { ConfirmKeys } from './confirm-keys.tsx'
import { PassedOver } from './passed-over.tsx'

/** The stream tells what was decided, not that a host has answered. */
const ANSWERS_MS = 5000

interface Wanted {
  readonly request: string
  readonly name: string
  readonly text: string
}
interface Looked {
  readonly name: string
  readonly found: Confirmed
}

const NONE: readonly EnrolmentRequest[] = []

/** All that wait, whatever part of the list is shown. */
const useRequests = (): readonly EnrolmentRequest[] =>
  useAnswer<{ readonly items: readonly EnrolmentRequest[] }>(
    '/enrolments/requests',
    {},
    { topics: ['enrolments', 'hostKeys'], every: () => ANSWERS_MS },
  ).data?.items ?? NONE

export function FileConfirm() {
  const { t, language } = useWords()
  const requests = useRequests()
  const [chosen, setChosen] = useState<string | null>(null)
  const [looked, setLooked] = useState<Looked>()
  const [done, setDone] = useState<Confirmed>()
  const isOne = requests.length === 1
  // Of several none is meant before it is chosen, and one that is no more is not changed for another.
  const request = requests.find(({ id }) => isOne || id === chosen)?.id
  const preview = useChange<Wanted, Confirmed>(({ text, ...asked }) =>
    look<Confirmed>('/enrolments/confirm', { request: asked.request, file: text, preview: true }),
  )
  const read = async (from: File | null) => {
    if (from === null || request === undefined) return
    setDone(undefined)
    const { name } = from
    const text = await from.text()
    preview.mutate({ request, name, text }, { onSuccess: (found) => setLooked({ name, found }) })
  }
  if (requests.length === 0 && looked === undefined)
    return done === undefined ? null : <Outcome done={done} />
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
            className="settings-request"
            label={t('settings.enrol.request')}
            placeholder={t('settings.enrol.requestChoose')}
            value={request ?? null}
            allowDeselect={false}
            data={requests.map(({ id, createdAt, requestedBy, shown }) => ({
              value: id,
              label: t('settings.enrol.requestOf', {
                when: formatMoment(language, new Date(createdAt), viewerZone()),
                who: requestedBy,
                count: shown,
              }),
            }))}
            onChange={setChosen}
          />
        )}
        <FilePick
          key={request}
          accept=".csv,.txt,text/*"
          onChange={(from) => void read(from)}
          inputProps={{
            'aria-label': t('settings.enrol.fileChoose'),
            tabIndex: -1,
            disabled: request === undefined,
          }}
        >
          {({ onClick }) => (
            <ActButton
              permission="hosts.enrol"
              loading={preview.isPending}
              why={request === undefined ? t('settings.enrol.requestFirst') : undefined}
              onClick={onClick}
            >
              {t('settings.enrol.fileChoose')}
            </ActButton>
          )}
        </FilePick>
      </Group>
      {preview.error == null ? null : <ProblemNotice error={preview.error} />}
      {done === undefined ? null : <Outcome done={done} />}
      {looked === undefined ? null : (
        <FileDialog looked={looked} onDone={setDone} onClose={() => setLooked(undefined)} />
      )}
    </div>
  )
}

interface FileDialogProps {
  readonly looked: Looked
  readonly onDone: (done: Confirmed) => void
  readonly onClose: () => void
}
/** Just what the list has led to when it was looked at: what changes meanwhile is not pinned. */
function FileDialog({ looked: { name, found }, onDone, onClose }: FileDialogProps) {
  const { t } = useWords()
  const { wouldPin = [], passedOver } = found
  return (
    <ConfirmKeys
      confirmations={wouldPin.map(({ fingerprints, ...row }) => ({ row, fingerprints }))}
      onDone={(done) => onDone({ ...done, passedOver })}
      onClose={onClose}
    >
      <Text size="sm">{t('settings.enrol.fileMeans', { name })}</Text>
      <PassedOver rows={passedOver} />
    </ConfirmKeys>
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
