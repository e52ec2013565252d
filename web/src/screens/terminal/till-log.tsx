import { Button } from '@mantine/core'
import { useList } from '../../api/hooks.ts'
import type { DeviceWhole, EventView } from '../../api/types.ts'
import { LoadingNotice, ProblemNotice } from '../../parts/notices.tsx'
import { useWords } from '../../words/language.ts'
import { quoted } from '../journal/kinds.ts'
import { LogText } from './log-text.tsx'

/** Everything that the journal has of this till, the newest first. */
export function TillLog({ device }: { readonly device: DeviceWhole }) {
  const { t } = useWords()
  const list = useList<EventView>(
    '/events',
    { filter: `device:${quoted(device.cashId)}`, sort: '-at', limit: 100 },
    { topics: [`devices:${device.cashId}`] },
  )
  if (list.error !== null && list.rows.length === 0)
    return <ProblemNotice error={list.error} onAgain={list.again} />
  if (list.isLoading) return <LoadingNotice />
  return (
    <div className="terminal-scroll">
      <LogText title={t('terminal.updates.logOf')} events={list.rows} />
      {list.hasMore ? (
        <Button size="compact-sm" variant="default" onClick={list.more}>
          {t('common.more')}
        </Button>
      ) : null}
    </div>
  )
}
