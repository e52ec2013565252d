/** Keys by which devices fetch from their store server themselves. */
import { Group, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import { post } from '../../../api/client.ts'
import { useChange, useList } from '../../../api/hooks.ts'
import type { Device, Enrolled } from '../../../api/types.ts'
import { ActButton } from '../../../parts/act-button.tsx'
import { Confirm } from '../../../parts/confirm.tsx'
import { FilterBox } from '../../../parts/filter-box.tsx'
import { type Column, ListTable } from '../../../parts/list-table.tsx'
import { EmptyNotice } from '../../../parts/notices.tsx'
import { Moment } from '../../../parts/values.tsx'
import { useParam, useSetParams } from '../../../route-params.ts'
import { useWords } from '../../../words/language.ts'
import { quoted } from '../../journal/kinds.ts'

export function OwnKeys() {
  const { t } = useWords()
  const [filter] = useParam('filter')
  const [sort] = useParam('sort')
  const [revoking, setRevoking] = useState<Device>()
  const list = useList<Device>(
    '/devices',
    { filter: `${filter ?? ''} ownKey:true`.trim(), sort, limit: 100 },
    { topics: ['devices', 'enrolments', 'hostKeys'] },
  )
  const columns: readonly Column<Device>[] = [
    { id: 'store', title: t('shell.store'), sort: 'store', width: '110px', cell: ({ store }) => store },
    {
      id: 'cashId',
      title: t('settings.own.device'),
      sort: 'cashId',
      width: '130px',
      cell: ({ cashId }) => cashId,
    },
    { id: 'name', title: t('settings.fleet.name'), width: 'minmax(140px, 1fr)', cell: ({ name }) => name },
    {
      id: 'key',
      title: t('settings.own.key'),
      width: 'minmax(180px, 1.5fr)',
      cell: ({ publicKey }) => <code title={publicKey ?? undefined}>{publicKey}</code>,
    },
    {
      id: 'since',
      title: t('settings.own.since'),
      width: '180px',
      cell: ({ keyAuthorisedAt, timeZone }) => <Moment at={keyAuthorisedAt} zone={timeZone} />,
    },
    {
      id: 'revoke',
      title: t('settings.own.action'),
      width: '120px',
      cell: (device) => (
        <ActButton
          permission="hosts.enrol"
          label={t('settings.own.revokeOf', { cashId: device.cashId })}
          onClick={() => setRevoking(device)}
        >
          {t('settings.own.revoke')}
        </ActButton>
      ),
    },
  ]
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed">
        {t('settings.own.meaning')}
      </Text>
      <Group>
        <FilterBox />
      </Group>
      <ListTable
        label={t('settings.hosts.tabs.own')}
        list={list}
        columns={columns}
        keyOf={({ cashId }) => cashId}
        nameOf={({ name }) => name}
        empty={<EmptyNotice title={t('settings.own.none')} hint={t('settings.own.noneHint')} />}
      />
      {revoking === undefined ? null : <RevokeKey device={revoking} onClose={() => setRevoking(undefined)} />}
    </Stack>
  )
}

function RevokeKey({ device, onClose }: { readonly device: Device; readonly onClose: () => void }) {
  const { t } = useWords()
  const set = useSetParams()
  const { cashId, store } = device
  const revoke = useChange(
    () => post<Enrolled>(`/devices/${encodeURIComponent(cashId)}/key/revoke`),
    ['devices', 'enrolments'],
  )
  const done = () => {
    onClose()
    set({ tab: 'compare', state: 'all', filter: `cashId:${quoted(cashId)}`, sort: undefined })
  }
  return (
    <Confirm
      isOpen
      title={t('settings.own.revokeTitle')}
      yes={t('settings.own.revoke')}
      isDangerous
      isBusy={revoke.isPending}
      error={revoke.error}
      onYes={() => revoke.mutate(undefined, { onSuccess: done })}
      onClose={onClose}
    >
      <Text size="sm">{t('settings.own.revokeMeans', { cashId, store })}</Text>
    </Confirm>
  )
}
