/** Before anything is sent to tills: what will happen, whom it reaches, and who is left out and why. */
import { NativeSelect, SegmentedControl, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import { post } from '../../api/client.ts'
import { useChange, useMay } from '../../api/hooks.ts'
import { usePreview } from '../../api/preview.ts'
import type { CommandSent, StoreWhole } from '../../api/types.ts'
import { Confirm } from '../../parts/confirm.tsx'
import { Answered } from '../../parts/notices.tsx'
import { useWords } from '../../words/language.ts'
import { MessageText, messageFault } from './message-text.tsx'
import {
  bodyOf,
  type Order,
  type OrderKind,
  presentPackages,
  reachedBy,
  setsState,
  type Whom,
} from './orders.ts'
import { Reached } from './reached.tsx'

interface CommandDialogProps {
  readonly kind: OrderKind
  readonly whom: Whom
  readonly store: StoreWhole | undefined
  readonly onSent: (id: string) => void
  readonly onClose: () => void
}

export function CommandDialog({ kind, whom, store, onSent, onClose }: CommandDialogProps) {
  const { t } = useWords()
  const may = useMay('commands.send')
  const packages = store === undefined ? [] : presentPackages(store)
  const [order, setOrder] = useState<Order>({
    kind,
    whom,
    text: '',
    on: true,
    packageId: packages[0]?.packageId,
  })
  const change = (part: Partial<Order>) => setOrder((former) => ({ ...former, ...part }))
  const topics = store === undefined ? ['stores'] : [`stores:${store.code}`]
  const preview = usePreview<CommandSent>('/commands', reachedBy(order), topics, may)
  const send = useChange(
    () => post<CommandSent>('/commands', bodyOf(order), { setsState: setsState(kind) }),
    ['commands', 'devices', 'stores'],
  )
  const isFit = kind !== 'message' || messageFault(order.text) === undefined
  const sent = () => send.mutate(undefined, { onSuccess: ({ id }) => id !== undefined && onSent(id) })
  return (
    <Confirm
      isOpen
      title={t(`tills.dialog.${kind}`)}
      yes={t(`tills.send.${kind}`)}
      isDangerous={kind === 'closeShift'}
      isBusy={send.isPending}
      isAllowed={may && isFit && !preview.isError && (preview.data?.devices ?? 0) > 0}
      error={send.error}
      onYes={sent}
      onClose={onClose}
    >
      <Stack gap="sm">
        <OrderFields order={order} change={change} packages={packages} />
        <Text size="sm">{consequenceOf(order, t)}</Text>
        {may ? (
          <Answered answer={preview}>{(found) => <Reached preview={found} />}</Answered>
        ) : (
          <Text size="sm">{t('common.noPermission')}</Text>
        )}
      </Stack>
    </Confirm>
  )
}

function consequenceOf({ kind, on }: Order, t: ReturnType<typeof useWords>['t']): string {
  if (kind === 'autoUpdate')
    return t(on ? 'tills.consequence.autoUpdateOn' : 'tills.consequence.autoUpdateOff')
  return t(`tills.consequence.${kind}`)
}

interface OrderFieldsProps {
  readonly order: Order
  readonly change: (part: Partial<Order>) => void
  readonly packages: ReturnType<typeof presentPackages>
}
function OrderFields({ order, change, packages }: OrderFieldsProps) {
  const { t } = useWords()
  if (order.kind === 'message') return <MessageText text={order.text} onChange={(text) => change({ text })} />
  if (order.kind === 'autoUpdate')
    return (
      <SegmentedControl
        size="sm"
        aria-label={t('tills.turn')}
        value={order.on ? 'on' : 'off'}
        onChange={(value) => change({ on: value === 'on' })}
        data={[
          { value: 'on', label: t('tills.turnOn') },
          { value: 'off', label: t('tills.turnOff') },
        ]}
      />
    )
  if (order.kind !== 'downloadStart') return null
  if (packages.length === 0)
    return (
      <Text size="sm" className="tills-warn">
        {t('tills.noPackages')}
      </Text>
    )
  return (
    <NativeSelect
      label={t('tills.package')}
      size="sm"
      value={order.packageId ?? ''}
      onChange={(event) => change({ packageId: event.currentTarget.value })}
      data={packages.map(({ packageId, package: { display, version } }) => ({
        value: packageId,
        label: t('tills.packageOption', { display, digits: version }),
      }))}
    />
  )
}
