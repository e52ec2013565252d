/** «Управление»: how the till is, its shift, its standing switch. */
import { useState } from 'react'
import type { DeviceWhole } from '../../api/types.ts'
import { ActButton } from '../../parts/act-button.tsx'
import { Confirm } from '../../parts/confirm.tsx'
import { UpdateMark } from '../../parts/mark.tsx'
import { useWords } from '../../words/language.ts'
import { CashierCell, ShiftCell, StateCell, SumCell, SwitchCell } from '../tills/cells.tsx'
import { ErrandNote } from './errand-note.tsx'
import { Reading } from './reading.tsx'
import { Row, Section } from './row.tsx'
import type { Errands } from './use-errands.ts'

interface ManageSectionProps {
  readonly device: DeviceWhole
  readonly errands: Errands
}
type Asked = 'closeShift' | 'autoOn' | 'autoOff'

export function ManageSection({ device, errands }: ManageSectionProps) {
  const { t } = useWords()
  const [asked, setAsked] = useState<Asked>()
  const isOn = device.status?.autoUpdate === true
  const look = (
    <ActButton
      permission="commands.send"
      loading={errands.isUnderWay('look')}
      onClick={() => errands.send({ kind: 'look' })}
    >
      {t('terminal.look')}
    </ActButton>
  )
  return (
    <Section title={t('terminal.management')} note={<Reading device={device} />} action={look}>
      <ErrandNote errands={errands} kinds={['look']} />
      <dl className="terminal-rows">
        <Row label={t('terminal.state')}>
          <StateCell till={device} />
        </Row>
        {device.update === null ? null : (
          <Row label={t('terminal.update')}>
            <UpdateMark state={device.update.state} />
          </Row>
        )}
        <Row
          label={t('terminal.shift')}
          action={
            device.status?.shiftOpen === true ? (
              <ActButton
                permission="commands.send"
                loading={errands.isUnderWay('closeShift')}
                onClick={() => setAsked('closeShift')}
              >
                {t('terminal.closeShift')}
              </ActButton>
            ) : null
          }
        >
          <ShiftCell till={device} />
          <ErrandNote errands={errands} kinds={['closeShift']} />
        </Row>
        <Row
          label={t('terminal.autoUpdate')}
          action={
            <ActButton
              permission="commands.send"
              loading={errands.isUnderWay('autoUpdate')}
              onClick={() => setAsked(isOn ? 'autoOff' : 'autoOn')}
            >
              {t(isOn ? 'terminal.turnOff' : 'terminal.turnOn')}
            </ActButton>
          }
        >
          <SwitchCell till={device} />
          <ErrandNote errands={errands} kinds={['autoUpdate']} />
        </Row>
        <Row label={t('terminal.sum')}>
          <SumCell till={device} />
        </Row>
        <Row label={t('terminal.cashier')}>
          <CashierCell till={device} />
        </Row>
        <Row label={t('terminal.address')}>
          {device.host === null ? t('tills.notConnected') : `${device.host}:${device.port}`}
        </Row>
        <Row label={t('terminal.cashId')}>{device.cashId}</Row>
      </dl>
      <Ask asked={asked} device={device} errands={errands} onClose={() => setAsked(undefined)} />
    </Section>
  )
}

function Ask(
  props: ManageSectionProps & { readonly asked: Asked | undefined; readonly onClose: () => void },
) {
  const { t } = useWords()
  const { asked, device, errands, onClose } = props
  if (asked === undefined) return null
  const yes = {
    closeShift: 'terminal.closeShift',
    autoOn: 'terminal.turnOn',
    autoOff: 'terminal.turnOff',
  } as const
  const send = () => {
    errands.send(
      asked === 'closeShift' ? { kind: 'closeShift' } : { kind: 'autoUpdate', on: asked === 'autoOn' },
    )
    onClose()
  }
  return (
    <Confirm isOpen title={t(`terminal.ask.${asked}`)} yes={t(yes[asked])} onYes={send} onClose={onClose}>
      {t(`terminal.ask.${asked}Text`, { name: device.name })}
    </Confirm>
  )
}
