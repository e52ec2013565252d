/** «Настройки терминала» of one till, over whatever screen it was opened from. */
import './terminal.css'
import '../tills/tills.css'
import { Drawer, Tabs } from '@mantine/core'
import { useAnswer } from '../../api/hooks.ts'
import type { DeviceWhole } from '../../api/types.ts'
import { Answered, EmptyNotice } from '../../parts/notices.tsx'
import { useParams, useSetParams } from '../../route-params.ts'
import { useWords } from '../../words/language.ts'
import { SettingsTab } from './settings-tab.tsx'
import { TillLog } from './till-log.tsx'
import { UpdatesTab } from './updates-tab.tsx'

/** While bytes come in: their number is no news of the stream. */
const FETCHING_MS = 1000
const isFetching = (data: unknown): boolean => (data as DeviceWhole | undefined)?.fetch != null

const tabs = ['settings', 'updates', 'log'] as const

export function TillDrawer({ cashId }: { readonly cashId: string }) {
  const { t } = useWords()
  const set = useSetParams()
  const { tillTab, update } = useParams()
  const device = useAnswer<DeviceWhole>(
    `/devices/${encodeURIComponent(cashId)}`,
    {},
    { topics: [`devices:${cashId}`], every: (data) => (isFetching(data) ? FETCHING_MS : undefined) },
  )
  const tab = tabs.find((one) => one === tillTab) ?? (update === undefined ? 'settings' : 'updates')
  const close = () => set({ till: undefined, tillTab: undefined, update: undefined })
  const isGone = device.error?.code === 'notFound'
  return (
    <Drawer
      opened
      onClose={close}
      position="right"
      size="46rem"
      title={t('terminal.title')}
      classNames={{
        body: 'terminal-body',
        content: 'terminal-content',
        header: 'terminal-header',
        title: 'terminal-title',
      }}
      closeButtonProps={{ 'aria-label': t('terminal.close') }}
    >
      {isGone ? (
        <EmptyNotice glyph="question" title={t('terminal.gone')} hint={cashId} />
      ) : (
        <Answered answer={device}>
          {(whole) => (
            <Tabs
              key={cashId}
              className="terminal-tabs"
              value={tab}
              onChange={(next) => set({ tillTab: next ?? undefined, update: undefined }, { replace: true })}
              keepMounted={false}
            >
              <p className="terminal-whose">{`${whole.name} · ${cashId}`}</p>
              <Tabs.List>
                {tabs.map((one) => (
                  <Tabs.Tab key={one} value={one}>
                    {t(`terminal.tabs.${one}`)}
                  </Tabs.Tab>
                ))}
              </Tabs.List>
              <Tabs.Panel value="settings" keepMounted className="terminal-panel">
                <SettingsTab
                  device={whole}
                  again={async () => (await device.refetch()).data}
                  onClose={close}
                />
              </Tabs.Panel>
              <Tabs.Panel value="updates" className="terminal-panel">
                <UpdatesTab device={whole} />
              </Tabs.Panel>
              <Tabs.Panel value="log" className="terminal-panel">
                <TillLog device={whole} />
              </Tabs.Panel>
            </Tabs>
          )}
        </Answered>
      )}
    </Drawer>
  )
}
