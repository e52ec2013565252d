/** Whose key is trusted: changed keys first, then what waits to be compared, what is pinned, lists, devices' own keys. */
import './hosts.css'
import { Stack, Tabs } from '@mantine/core'
import { useParams, useSetParams } from '../../../route-params.ts'
import { useWords } from '../../../words/language.ts'
import { Locked } from '../locked.tsx'
import { useLock } from '../sections.ts'
import { Alarms } from './alarms.tsx'
import { Enrolments } from './enrolments.tsx'
import { ImportKeys } from './import-keys.tsx'
import { OwnKeys } from './own-keys.tsx'
import { PinnedKeys } from './pinned-keys.tsx'

const tabs = ['compare', 'pinned', 'import', 'own'] as const
type TabName = (typeof tabs)[number]
const bodies = { compare: Enrolments, pinned: PinnedKeys, import: ImportKeys, own: OwnKeys }

export function HostsSection() {
  const { t } = useWords()
  const lock = useLock()('hosts')
  const { tab } = useParams()
  const set = useSetParams()
  const current: TabName = tabs.find((one) => one === tab) ?? 'compare'
  if (lock !== undefined) return <Locked why={lock} />
  const Body = bodies[current]
  const choose = (next: string | null) =>
    set({ tab: next ?? undefined, filter: undefined, sort: undefined, state: undefined })
  return (
    <Stack gap="md">
      <Alarms />
      <Tabs value={current} onChange={choose} keepMounted={false}>
        <Tabs.List aria-label={t('settings.sections.hosts')}>
          {tabs.map((one) => (
            <Tabs.Tab key={one} value={one}>
              {t(`settings.hosts.tabs.${one}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value={current} pt="md">
          <Body />
        </Tabs.Panel>
      </Tabs>
    </Stack>
  )
}
