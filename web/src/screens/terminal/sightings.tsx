/** What other systems say of this till: beside its own words, with those systems' own times. */
import type { DeviceWhole } from '../../api/types.ts'
import { formatMoney } from '../../format/money.ts'
import { Ago } from '../../parts/values.tsx'
import { useWords } from '../../words/language.ts'
import { useSource } from './reading.tsx'
import { Row, Section } from './row.tsx'

type Sighting = NonNullable<DeviceWhole['sightings']>[number]
const shown = ['state', 'version', 'shift', 'sum', 'cashier', 'autoUpdate', 'download'] as const

/** Other systems' words are shown as they are. */
function useSaid(): (field: (typeof shown)[number], value: unknown) => string {
  const { t, language } = useWords()
  return (field, value) => {
    if (field === 'sum' && typeof value === 'string')
      return formatMoney(language, Math.round(Number(value) * 100))
    if (value === null && field === 'download') return t('tills.downloadNone')
    if (value === null && field === 'cashier') return t('tills.noCashier')
    if (typeof value === 'boolean') return t(value ? 'common.on' : 'common.off')
    if (typeof value === 'string' || typeof value === 'number') return String(value)
    if (typeof value !== 'object' || value === null) return t('terminal.noData')
    const { open, number } = value as { open?: unknown; number?: unknown }
    if (open === false) return t('terminal.nothing')
    return typeof number === 'number' ? t('tills.shiftOpen', { number }) : t('tills.shiftOpenUnnumbered')
  }
}

export function Sightings({ device }: { readonly device: DeviceWhole }) {
  const { t } = useWords()
  const { sightings = [] } = device
  if (sightings.length === 0) return null
  return (
    <Section title={t('terminal.others')} note={t('terminal.othersHint')}>
      {sightings.map((one) => (
        <OneSighting key={one.source} sighting={one} zone={device.timeZone} />
      ))}
    </Section>
  )
}

function OneSighting({ sighting, zone }: { readonly sighting: Sighting; readonly zone: string }) {
  const { t } = useWords()
  const sourceOf = useSource()
  const say = useSaid()
  const { source, readAt, body } = sighting
  return (
    <div className="terminal-sighting">
      <p>
        <b>{sourceOf(source)}</b> {readAt === null ? t('terminal.noTime') : <Ago at={readAt} zone={zone} />}
      </p>
      <dl className="terminal-rows">
        {shown
          .filter((field) => Object.hasOwn(body, field))
          .map((field) => (
            <Row key={field} label={t(`tills.columns.${field}`)}>
              {say(field, body[field])}
            </Row>
          ))}
      </dl>
    </div>
  )
}
