/** «Отчёт»: the morning page, the evening list, and those that were kept. */
import './report.css'
import { Tabs } from '@mantine/core'
import { useAnswer } from '../../api/hooks.ts'
import type { ApiProblem } from '../../api/problem.ts'
import type { Report } from '../../api/types.ts'
import { EmptyNotice, LoadingNotice, ProblemNotice } from '../../parts/notices.tsx'
import { Screen } from '../../parts/screen.tsx'
import { useParams, useSetParams } from '../../route-params.ts'
import { useWords } from '../../words/language.ts'
import { KeptList } from './kept-list.tsx'
import { ReportActions, ReportChoosers } from './report-tools.tsx'
import { ReportView } from './report-view.tsx'

const tabs = ['morning', 'evening', 'kept'] as const
type Tab = (typeof tabs)[number]
const isTab = (text: string | undefined): text is Tab => tabs.some((tab) => tab === text)

export function ReportsScreen() {
  const { t } = useWords()
  const { tab } = useParams()
  const set = useSetParams()
  const open = isTab(tab) ? tab : 'morning'
  const go = (next: string | null) => set({ tab: next === null || next === 'morning' ? undefined : next })
  return (
    <Screen title={open === 'kept' ? t('shell.nav.reports') : t(`report.tabs.${open}`)}>
      <Tabs value={open} onChange={go} keepMounted={false}>
        <Tabs.List aria-label={t('report.tabList')} mb="sm" className="report-tools">
          {tabs.map((one) => (
            <Tabs.Tab key={one} value={one}>
              {t(`report.tabs.${one}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="morning">
          <LiveReport kind="morning" />
        </Tabs.Panel>
        <Tabs.Panel value="evening">
          <LiveReport kind="evening" />
        </Tabs.Panel>
        <Tabs.Panel value="kept">
          <KeptList />
        </Tabs.Panel>
      </Tabs>
    </Screen>
  )
}

/** As the rows stand now; made anew once a minute, and not with every till that moves. */
function LiveReport({ kind }: { readonly kind: 'morning' | 'evening' }) {
  const { rollout, zone } = useParams()
  const found = useAnswer<Report>(`/reports/${kind}`, { rollout, zone })
  // No rollout and no zone would make it theirs: nothing is offered.
  if (found.data === undefined && found.error?.code === 'outOfScope') return <NotTheirs />
  return (
    <>
      <div className="report-bar-tools report-tools">
        <ReportChoosers />
        <ReportActions kind={kind} isThere={found.data !== undefined} onAgain={() => void found.refetch()} />
      </div>
      {found.data !== undefined && (found.error === null || isPassing(found.error)) ? (
        <ReportView report={found.data} />
      ) : found.error === null ? (
        <LoadingNotice />
      ) : (
        <NoReport error={found.error} onAgain={() => void found.refetch()} />
      )}
    </>
  )
}

function NotTheirs() {
  const { t } = useWords()
  return <EmptyNotice glyph="lock" title={t('report.wholeChain')} hint={t('common.noPermissionHint')} />
}

/** No word of the report: what was read stays, with the time at which it was made. */
const isPassing = ({ status }: ApiProblem): boolean => status === 0 || status >= 500

interface NoReportProps {
  readonly error: ApiProblem
  readonly onAgain: () => void
}
function NoReport({ error, onAgain }: NoReportProps) {
  const { t } = useWords()
  const set = useSetParams()
  if (error.code === 'nothingToReport')
    return <EmptyNotice title={t('report.nothing')} hint={t('report.nothingHint')} />
  if (error.code !== 'rolloutNeeded') return <ProblemNotice error={error} onAgain={onAgain} />
  const { rollouts } = error.more as { rollouts?: readonly { id: string; name: string }[] }
  return (
    <EmptyNotice glyph="question" title={t('report.several')}>
      <ul className="report-choices">
        {(rollouts ?? []).map(({ id, name }) => (
          <li key={id}>
            <button type="button" onClick={() => set({ rollout: id })}>
              {name}
            </button>
          </li>
        ))}
      </ul>
    </EmptyNotice>
  )
}
