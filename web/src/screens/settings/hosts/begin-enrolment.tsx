/** Which hosts are asked for their keys. */
import { Button, Checkbox, Group, Modal, Radio, Stack, Text, Textarea } from '@mantine/core'
import { useState } from 'react'
import { MOST_ENROLLED } from '../../../../../src/rollout/named.ts'
import { post } from '../../../api/client.ts'
import { useChange } from '../../../api/hooks.ts'
import type { Enrolled } from '../../../api/types.ts'
import { ProblemNotice } from '../../../parts/notices.tsx'
import { useSetParams } from '../../../route-params.ts'
import { useWords } from '../../../words/language.ts'
import { NamesSelect } from '../names-select.tsx'
import { Told } from '../told.tsx'

const targets = ['both', 'storeServers', 'devices', 'deviceKeys'] as const
type Target = (typeof targets)[number]
const isTarget = (text: string): text is Target => (targets as readonly string[]).includes(text)

interface Wanted {
  readonly what: Target
  readonly stores: readonly string[]
  readonly groups: readonly string[]
  readonly labels: readonly string[]
  readonly cashIds: string
  readonly unpinned: boolean
  readonly renew: boolean
}
const START: Wanted = {
  what: 'both',
  stores: [],
  groups: [],
  labels: [],
  cashIds: '',
  unpinned: true,
  renew: false,
}

const idsIn = (text: string): string[] => [...new Set(text.split(/[\s,;]+/).filter((one) => one !== ''))]
/** Beyond it the question is refused. */
const tooMany = ({ cashIds }: Wanted): number => {
  const count = idsIn(cashIds).length
  return count > MOST_ENROLLED ? count : 0
}
const some = (name: string, names: readonly string[]) => (names.length === 0 ? {} : { [name]: names })

const bodyOf = ({ what, stores, groups, labels, cashIds, unpinned, renew }: Wanted) => ({
  what,
  ...some('stores', stores),
  ...some('groups', groups),
  ...some('labels', labels),
  ...some('cashIds', idsIn(cashIds)),
  ...(what === 'deviceKeys' ? { renew } : { unpinned }),
})

export function BeginEnrolment({ onClose }: { readonly onClose: () => void }) {
  const { t } = useWords()
  const set = useSetParams()
  const [wanted, setWanted] = useState<Wanted>(START)
  const change = (part: Partial<Wanted>) => setWanted((former) => ({ ...former, ...part }))
  const begin = useChange(() => post<Enrolled>('/enrolments', bodyOf(wanted)), ['enrolments', 'hostKeys'])
  const close = () => {
    if (begin.data !== undefined) set({ state: 'all', filter: undefined }, { replace: true })
    onClose()
  }
  return (
    <Modal
      opened
      onClose={close}
      title={t('settings.enrol.beginTitle')}
      centered
      size="lg"
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      {begin.data === undefined ? (
        <Stack>
          <Fields wanted={wanted} change={change} />
          {begin.error == null ? null : <ProblemNotice error={begin.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              {t('common.cancel')}
            </Button>
            <Button
              loading={begin.isPending}
              disabled={tooMany(wanted) > 0}
              onClick={() => begin.mutate(undefined)}
            >
              {t('settings.enrol.ask')}
            </Button>
          </Group>
        </Stack>
      ) : (
        <Begun begun={begin.data} onClose={close} />
      )}
    </Modal>
  )
}

interface FieldsProps {
  readonly wanted: Wanted
  readonly change: (part: Partial<Wanted>) => void
}
function Fields({ wanted, change }: FieldsProps) {
  const { t } = useWords()
  return (
    <>
      <Radio.Group
        label={t('settings.enrol.what')}
        value={wanted.what}
        onChange={(what) => isTarget(what) && change({ what })}
      >
        <Stack gap={6} mt={4}>
          {targets.map((one) => (
            <Radio key={one} value={one} label={t(`settings.enrol.targets.${one}`)} />
          ))}
        </Stack>
      </Radio.Group>
      <Text size="sm" c="dimmed">
        {t('settings.enrol.narrow')}
      </Text>
      {(['stores', 'groups', 'labels'] as const).map((of) => (
        <NamesSelect
          key={of}
          of={of}
          label={t(`settings.names.${of}`)}
          value={wanted[of]}
          onChange={(names) => change({ [of]: names })}
        />
      ))}
      <Textarea
        label={t('settings.enrol.cashIds')}
        description={t('settings.enrol.cashIdsHint')}
        error={
          tooMany(wanted) === 0
            ? null
            : t('settings.enrol.cashIdsTooMany', { count: tooMany(wanted), most: MOST_ENROLLED })
        }
        value={wanted.cashIds}
        autosize
        minRows={1}
        maxRows={6}
        spellCheck={false}
        onChange={(event) => change({ cashIds: event.currentTarget.value })}
      />
      {wanted.what === 'deviceKeys' ? (
        <Checkbox
          label={t('settings.enrol.renew')}
          checked={wanted.renew}
          onChange={(event) => change({ renew: event.currentTarget.checked })}
        />
      ) : (
        <Checkbox
          label={t('settings.enrol.unpinned')}
          checked={wanted.unpinned}
          onChange={(event) => change({ unpinned: event.currentTarget.checked })}
        />
      )}
    </>
  )
}

function Begun({ begun, onClose }: { readonly begun: Enrolled; readonly onClose: () => void }) {
  const { t } = useWords()
  const leftOut = (begun.leftOut ?? []) as readonly { cashId?: unknown; reason?: unknown }[]
  const count = begun.leftOutCount ?? leftOut.length
  return (
    <Stack>
      <Told
        tone="good"
        glyph="check"
        role="status"
        title={t('settings.enrol.begun', { count: begun.enrolments })}
      >
        {t('settings.enrol.begunHint')}
      </Told>
      {count === 0 ? null : (
        <div>
          <Text size="sm" fw={600}>
            {t('settings.enrol.leftOut', { count })}
          </Text>
          <ul className="settings-says">
            {leftOut.slice(0, 50).map(({ cashId, reason }) => (
              <li key={String(cashId)}>
                {`${String(cashId)}: ${t(`settings.leftOut.${String(reason)}`, { defaultValue: String(reason) })}`}
              </li>
            ))}
          </ul>
        </div>
      )}
      <Group justify="flex-end">
        <Button onClick={onClose}>{t('common.close')}</Button>
      </Group>
    </Stack>
  )
}
