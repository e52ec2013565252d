/** How the chain is divided: groups of stores, labels, and tills' configuration groups. */
import { Anchor, Stack, Text } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useAnswer } from '../../api/hooks.ts'
import type { Counts, NameCount, Page } from '../../api/types.ts'
import { formatCount } from '../../format/money.ts'
import { Answered } from '../../parts/notices.tsx'
import { useWords } from '../../words/language.ts'
import { Locked } from './locked.tsx'
import { useLock } from './sections.ts'

export function GroupsSection() {
  const { t } = useWords()
  const lock = useLock()('groups')
  if (lock !== undefined) return <Locked why={lock} />
  return (
    <Stack gap="lg">
      <Text size="sm" c="dimmed">
        {t('settings.groups.meaning')}
      </Text>
      <div className="settings-thirds">
        <NameTable of="groups" field="group" />
        <NameTable of="labels" field="label" />
        <Configurations />
      </div>
    </Stack>
  )
}

interface Row {
  readonly name: string | null
  readonly stores?: number
  readonly devices: number
}

/** A text of the filter language, whatever is in it. */
const quoted = (name: string): string => `"${name.replace(/["\\]/g, '\\$&')}"`

interface RowsProps {
  readonly title: string
  readonly field: 'group' | 'label' | 'configuration'
  readonly rows: readonly Row[]
  readonly empty: string
}
function Rows({ title, field, rows, empty }: RowsProps) {
  const { t, language } = useWords()
  const hasStores = field !== 'configuration'
  if (rows.length === 0)
    return (
      <Text size="sm" c="dimmed">
        {empty}
      </Text>
    )
  return (
    <div className="settings-scroll">
      <table className="settings-table" aria-label={title}>
        <thead>
          <tr>
            <th scope="col">{t('settings.groups.name')}</th>
            {hasStores ? <th scope="col">{t('settings.fleet.stores')}</th> : null}
            <th scope="col">{t('settings.fleet.devices')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ name, stores, devices }) => (
            <tr key={name ?? ''}>
              <th scope="row">
                {name === null ? (
                  <span className="settings-quiet">{t('settings.groups.none')}</span>
                ) : (
                  <Anchor
                    component={Link}
                    to="/chain"
                    search={{ filter: `${field}:${quoted(name)}` } as never}
                    size="sm"
                  >
                    {name}
                  </Anchor>
                )}
              </th>
              {hasStores ? <td className="number">{formatCount(language, stores ?? 0)}</td> : null}
              <td className="number">{formatCount(language, devices)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

interface NameTableProps {
  readonly of: 'groups' | 'labels'
  readonly field: 'group' | 'label'
}
function NameTable({ of, field }: NameTableProps) {
  const { t } = useWords()
  const names = useAnswer<Page<NameCount>>(`/${of}`, { limit: 1000 }, { topics: ['stores', 'devices'] })
  const title = t(`settings.groups.${of}`)
  return (
    <section className="settings-stack" aria-label={title}>
      <h2 className="settings-panel-title">{title}</h2>
      <Answered answer={names}>
        {({ items }) => (
          <Rows title={title} field={field} rows={items} empty={t(`settings.groups.no.${of}`)} />
        )}
      </Answered>
    </section>
  )
}

function Configurations() {
  const { t } = useWords()
  const counts = useAnswer<Counts>('/devices/counts', { by: 'configuration' }, { topics: ['devices'] })
  const title = t('settings.groups.configurations')
  return (
    <section className="settings-stack" aria-label={title}>
      <h2 className="settings-panel-title">{title}</h2>
      <Answered answer={counts}>
        {({ counts: found }) => (
          <Rows
            title={title}
            field="configuration"
            rows={found.map(({ key, count }) => ({
              name: key === null ? null : String(key),
              devices: count,
            }))}
            empty={t('settings.groups.no.configurations')}
          />
        )}
      </Answered>
    </section>
  )
}
