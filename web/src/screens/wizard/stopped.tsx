import { Table, Text } from '@mantine/core'
import type { EveningJson } from '../../../../src/report/json.ts'
import type { ReportCause } from '../../../../src/rollout/report/facts.ts'
import { formatCount } from '../../format/money.ts'
import { Mark, useReason } from '../../parts/mark.tsx'
import { useSetParams } from '../../route-params.ts'
import { useWords } from '../../words/language.ts'

type Store = EveningJson['stores'][number]
type Stopped = Store['devices'][number]

const MOST = 500

/** Blocks first, as the report has them; causes of the report's own beside the reasons of the core. */
export function Stopped({ tonight, isOver }: { readonly tonight: EveningJson; readonly isOver: boolean }) {
  const { t, language } = useWords()
  const { totals, stores } = tonight
  const rows = stores.flatMap((store) => store.devices.map((device) => ({ store, device })))
  const late = stores.filter((store) => store.fits === false)
  const shown = rows.slice(0, MOST)
  return (
    <>
      <dl className="wizard-totals">
        <dt>{t('wizard.live.ready')}</dt>
        <dd className="number">{formatCount(language, totals.ready)}</dd>
        <dt>{t('wizard.live.need')}</dt>
        <dd className="number">{formatCount(language, totals.needSomebody)}</dd>
      </dl>
      {late.length === 0 ? null : (
        <Text size="sm">
          {`${t('wizard.live.noTimeStores')}: ${late.map((store) => store.code).join(', ')}`}
        </Text>
      )}
      {rows.length === 0 ? (
        isOver ? (
          <Mark tone="good" glyph="check" label={t('wizard.live.nobody')} />
        ) : null
      ) : (
        <Table.ScrollContainer minWidth={480} type="native" className="plan-box">
          <Table verticalSpacing={6} className="plan-table" aria-label={t('wizard.live.table')}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t('wizard.live.till')}</Table.Th>
                <Table.Th>{t('wizard.live.store')}</Table.Th>
                <Table.Th>{t('wizard.live.why')}</Table.Th>
                <Table.Th>{t('wizard.live.phone')}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {shown.map(({ store, device }) => (
                <StoppedRow key={device.cashId} store={store} device={device} />
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
      {rows.length > shown.length ? (
        <Text size="sm" c="dimmed">
          {t('wizard.plan.andMore', { count: rows.length - shown.length })}
        </Text>
      ) : null}
    </>
  )
}

function StoppedRow({ store, device }: { readonly store: Store; readonly device: Stopped }) {
  const { t } = useWords()
  const set = useSetParams()
  const { cashId, name, causes } = device
  return (
    <Table.Tr>
      <Table.Td>
        <button type="button" className="list-sort wizard-till" onClick={() => set({ till: cashId })}>
          {`${cashId} · ${name}`}
        </button>
      </Table.Td>
      <Table.Td>{store.code}</Table.Td>
      <Table.Td>
        {causes.map(({ from, code }) => (
          <CauseText key={`${from} ${code}`} code={code} />
        ))}
      </Table.Td>
      <Table.Td className="number">{store.phone ?? t('common.unknown')}</Table.Td>
    </Table.Tr>
  )
}

function CauseText({ code }: { readonly code: string }) {
  const { core } = useWords()
  const reason = useReason(code)
  const own = Object.hasOwn(core.report.causes, code) ? core.report.causes[code as ReportCause] : undefined
  const { label, advice } = own ?? reason ?? { label: code, advice: '' }
  return (
    <div>
      {label}
      {advice === '' ? null : <span className="wizard-usual">{` · ${advice}`}</span>}
    </div>
  )
}
