/** «Состояние ККТ»: the fiscal devices of the store in one table, trouble first. */
import './fiscal.css'
import { useParams as useRouteParams } from '@tanstack/react-router'
import type { KeyboardEvent } from 'react'
import { type FiscalLevel, fiscalLevels } from '../../../../src/rollout/fiscal-signs.ts'
import { useAnswer } from '../../api/hooks.ts'
import type { Fiscal, FiscalDevice } from '../../api/types.ts'
import { Answered, EmptyNotice } from '../../parts/notices.tsx'
import { Screen } from '../../parts/screen.tsx'
import { useParam } from '../../route-params.ts'
import { useWords } from '../../words/language.ts'
import { useStore } from '../store/store-frame.tsx'
import { ClosingCell, DriveCell, FfdCell, NumberCell, OfdCell, TillCell, ValidCell } from './fiscal-cells.tsx'
import { LevelMark } from './signs.tsx'

const columns = [
  ['till', TillCell],
  ['fnNumber', NumberCell],
  ['drive', DriveCell],
  ['ofd', OfdCell],
  ['closing', ClosingCell],
  ['validUntil', ValidCell],
  ['ffd', FfdCell],
] as const

export function FiscalScreen() {
  const { t } = useWords()
  const { code = '' } = useRouteParams({ strict: false })
  const fiscal = useAnswer<Fiscal>(
    `/stores/${encodeURIComponent(code)}/fiscal`,
    {},
    { topics: [`stores:${code}`] },
  )
  return (
    <Screen title={t('shell.tabs.fiscal')}>
      <Answered answer={fiscal}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyNotice title={t('fiscal.none')} hint={t('fiscal.noneHint')} />
          ) : (
            <Devices items={items} />
          )
        }
      </Answered>
    </Screen>
  )
}

function Devices({ items }: { readonly items: readonly FiscalDevice[] }) {
  const [state] = useParam('state')
  const shown = items.filter((one) => state === undefined || one.level === state)
  return (
    <>
      <Levels items={items} />
      <DeviceTable items={shown} />
    </>
  )
}

/** How many there are of each, and only those at a press. */
function Levels({ items }: { readonly items: readonly FiscalDevice[] }) {
  const { t } = useWords()
  const [state, setState] = useParam('state')
  const countOf = (level: FiscalLevel) => items.filter((one) => one.level === level).length
  return (
    <fieldset className="fiscal-levels" aria-label={t('common.filter')}>
      <button
        type="button"
        className="fiscal-chip"
        aria-pressed={state === undefined}
        onClick={() => setState(undefined)}
      >
        {t('fiscal.all')} {items.length}
      </button>
      {fiscalLevels.map((level) => (
        <button
          key={level}
          type="button"
          className="fiscal-chip"
          aria-pressed={state === level}
          onClick={() => setState(state === level ? undefined : level)}
        >
          <LevelMark level={level} label={t(`fiscal.levels.${level}`)} /> {countOf(level)}
        </button>
      ))}
    </fieldset>
  )
}

function DeviceTable({ items }: { readonly items: readonly FiscalDevice[] }) {
  const { t } = useWords()
  if (items.length === 0) return <EmptyNotice title={t('common.nothingFound')} />
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolled region has to be reached by the keyboard
    <section className="fiscal-scroll" tabIndex={0} aria-label={t('fiscal.list')}>
      <table className="fiscal-table">
        <thead>
          <tr>
            {columns.map(([id]) => (
              <th key={id} scope="col" data-column={id}>
                {t(`fiscal.columns.${id}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {items.map((device) => (
            <DeviceRow key={device.cashId} device={device} />
          ))}
        </tbody>
      </table>
    </section>
  )
}

/** The whole row opens the till, as everywhere; its name is the button for those who use the keyboard. */
function DeviceRow({ device }: { readonly device: FiscalDevice }) {
  const { t } = useWords()
  const [till, setTill] = useParam('till')
  const zone = useStore().data?.timeZone ?? 'UTC'
  const open = () => setTill(device.cashId)
  const keyed = (event: KeyboardEvent) => {
    if (event.key !== 'Enter') return
    event.preventDefault()
    open()
  }
  return (
    <tr
      data-key={device.cashId}
      data-level={device.level}
      aria-current={till === device.cashId || undefined}
      aria-label={t('fiscal.openTill', { name: device.name })}
      tabIndex={0}
      onClick={open}
      onKeyDown={keyed}
    >
      {columns.map(([id, Cell]) => (
        <td key={id} data-column={id}>
          <Cell device={device} zone={zone} />
        </td>
      ))}
    </tr>
  )
}
