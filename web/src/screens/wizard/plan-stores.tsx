import { Button, Group, Table, Text, Title } from '@mantine/core'
import { useState } from 'react'
import { formatBytes, formatCount } from '../../format/money.ts'
import { Mark } from '../../parts/mark.tsx'
import { Moment } from '../../parts/values.tsx'
import { useWords } from '../../words/language.ts'
import type { ShownPlan } from './plan-view.tsx'

type Stores = NonNullable<ShownPlan['forecast']>['stores']
type StoreForecast = Stores[number]

const FIRST = 12
/** Of a larger chain the rest is in the plan itself: a document of more rows than this is slow. */
const MOST = 1000

/** Never, late, in time; then the order of their codes, which the answer has. */
const trouble = ({ fits, estimatedEnd }: StoreForecast): number => (fits ? 2 : estimatedEnd === null ? 0 : 1)

export function PlanStores({ stores }: { readonly stores: Stores }) {
  const { t, language } = useWords()
  const [isWhole, setWhole] = useState(false)
  const sorted = [...stores].sort((a, b) => trouble(a) - trouble(b))
  const shown = sorted.slice(0, isWhole ? MOST : FIRST)
  return (
    <section className="plan-part" aria-label={t('wizard.plan.stores')}>
      <Group gap="sm" align="baseline">
        <Title order={3} size="h5">
          {t('wizard.plan.stores')}
        </Title>
        <Text size="xs" c="dimmed">
          {t('wizard.plan.storesHint')}
        </Text>
      </Group>
      <Table.ScrollContainer minWidth={560} type="native" className="plan-box">
        <Table verticalSpacing={6} className="plan-table">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('wizard.plan.store')}</Table.Th>
              <Table.Th className="plan-number">{t('wizard.plan.waveDevices')}</Table.Th>
              <Table.Th className="plan-number">{t('wizard.plan.storeWan')}</Table.Th>
              <Table.Th>{t('wizard.plan.storeStart')}</Table.Th>
              <Table.Th>{t('wizard.plan.storeEnd')}</Table.Th>
              <Table.Th>{t('wizard.plan.storeFits')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {shown.map((one) => (
              <StoreRow key={one.store} one={one} />
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {shown.length >= sorted.length ? null : isWhole ? (
        <Text size="sm" c="dimmed">
          {t('wizard.plan.andMore', { count: sorted.length - shown.length })}
        </Text>
      ) : (
        <Group>
          <Button size="compact-sm" variant="default" onClick={() => setWhole(true)}>
            {t('wizard.plan.showAll', { total: formatCount(language, sorted.length) })}
          </Button>
        </Group>
      )}
    </section>
  )
}

function StoreRow({ one }: { readonly one: StoreForecast }) {
  const { t, language } = useWords()
  const { store, timeZone, devices, wanBytes, startsAt, estimatedEnd } = one
  const zone = timeZone ?? undefined
  return (
    <Table.Tr>
      <Table.Td>{store}</Table.Td>
      <Table.Td className="plan-number">{formatCount(language, devices)}</Table.Td>
      <Table.Td className="plan-number">
        {wanBytes === 0 ? t('wizard.plan.onStore') : formatBytes(language, wanBytes)}
      </Table.Td>
      <Table.Td className="plan-number plan-start">
        {startsAt === null ? '—' : <Moment at={startsAt} zone={zone} />}
      </Table.Td>
      <Table.Td className="plan-number plan-start">
        {estimatedEnd === null ? '—' : <Moment at={estimatedEnd} zone={zone} />}
      </Table.Td>
      <Table.Td>
        <Fit one={one} />
      </Table.Td>
    </Table.Tr>
  )
}

function Fit({ one: { fits, estimatedEnd } }: { readonly one: StoreForecast }) {
  const { t } = useWords()
  if (fits) return <Mark tone="good" glyph="check" label={t('wizard.plan.fitsYes')} />
  if (estimatedEnd !== null) return <Mark tone="warn" glyph="clock" label={t('wizard.plan.fitsNo')} />
  const hint = t('wizard.plan.fitsNeverHint')
  return <Mark tone="bad" glyph="cross" label={t('wizard.plan.fitsNever')} hint={hint} />
}
