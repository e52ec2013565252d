import { Table, Title } from '@mantine/core'
import { defaultGate, type GatePolicy } from '../../../../src/rollout/policy.ts'
import { formatCount } from '../../format/money.ts'
import { useWords } from '../../words/language.ts'
import type { ShownPlan } from './plan-view.tsx'

type Waves = ShownPlan['plan']['waves']

/** Names of the usual waves in words; others as they were given. */
export function useWaveName(): (name: string) => string {
  const { t } = useWords()
  return (name) => t(`wizard.waveNames.${name}` as 'wizard.waveNames.all', { defaultValue: name })
}

function useGateText(): (gate: Readonly<Record<string, unknown>>) => string {
  const { t } = useWords()
  return (raw) => {
    const { successPercent, failurePercent, minimumSample, soakMinutes, approval } = {
      ...defaultGate,
      ...(raw as Partial<GatePolicy>),
    }
    const shown = { success: successPercent, failure: failurePercent, sample: minimumSample }
    return [
      t('wizard.plan.gateText', shown) as string,
      ...(soakMinutes > 0 ? [t('wizard.plan.gateSoak', { minutes: soakMinutes })] : []),
      ...(approval ? [t('wizard.plan.gatePerson')] : []),
    ].join('; ')
  }
}

export function PlanWaves({ waves }: { readonly waves: Waves }) {
  const { t, language } = useWords()
  const nameOf = useWaveName()
  const gateText = useGateText()
  return (
    <section className="plan-part" aria-label={t('wizard.plan.waves')}>
      <Title order={3} size="h5">
        {t('wizard.plan.waves')}
      </Title>
      <Table.ScrollContainer minWidth={420} type="native" className="plan-box">
        <Table verticalSpacing={6} className="plan-table">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('wizard.plan.wave')}</Table.Th>
              <Table.Th className="plan-number">{t('wizard.plan.waveDevices')}</Table.Th>
              <Table.Th className="plan-number">{t('wizard.plan.waveStores')}</Table.Th>
              <Table.Th>{t('wizard.plan.waveGate')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {waves.map(({ number, name, devices, stores, gate }, place) => (
              <Table.Tr key={number}>
                <Table.Td>{`${number} · ${nameOf(name)}`}</Table.Td>
                <Table.Td className="plan-number">{formatCount(language, devices)}</Table.Td>
                <Table.Td className="plan-number">{formatCount(language, stores)}</Table.Td>
                <Table.Td className="plan-quiet">
                  {place === waves.length - 1 ? t('wizard.plan.lastWave') : gateText(gate)}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </section>
  )
}
