/** «Расписание»: when stores may be installed, when not, and what comes by itself. */
import './schedule.css'
import { Tabs } from '@mantine/core'
import { Screen } from '../../parts/screen.tsx'
import { useParams, useSetParams } from '../../route-params.ts'
import { useWords } from '../../words/language.ts'
import { CalendarTab } from './calendar-tab.tsx'
import { FreezesTab } from './freezes-tab.tsx'
import { SchedulesTab } from './schedules-tab.tsx'

const tabs = ['calendar', 'freezes', 'schedules'] as const
type Tab = (typeof tabs)[number]
const isTab = (text: string | undefined): text is Tab => tabs.some((tab) => tab === text)

export function ScheduleScreen() {
  const { t } = useWords()
  const { tab } = useParams()
  const set = useSetParams()
  const open = isTab(tab) ? tab : 'calendar'
  const go = (next: string | null) =>
    set({
      tab: next === null || next === 'calendar' ? undefined : next,
      kind: undefined,
      filter: undefined,
      sort: undefined,
      id: undefined,
    })
  return (
    <Screen title={t('shell.nav.schedule')}>
      <Tabs value={open} onChange={go} keepMounted={false}>
        <Tabs.List aria-label={t('schedule.tabList')} mb="sm">
          {tabs.map((one) => (
            <Tabs.Tab key={one} value={one}>
              {t(`schedule.tabs.${one}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="calendar">
          <CalendarTab />
        </Tabs.Panel>
        <Tabs.Panel value="freezes">
          <FreezesTab />
        </Tabs.Panel>
        <Tabs.Panel value="schedules">
          <SchedulesTab />
        </Tabs.Panel>
      </Tabs>
    </Screen>
  )
}
