/** One report as it was made: what it says is of then, and it is said so. */
import './report.css'
import { Alert, Group } from '@mantine/core'
import { Link, useParams as useRouteParams } from '@tanstack/react-router'
import { useAnswer } from '../../api/hooks.ts'
import type { Report } from '../../api/types.ts'
import { serverNow } from '../../format/now.ts'
import { formatMoment, formatSpan, viewerZone } from '../../format/time.ts'
import { Glyph } from '../../parts/glyph.tsx'
import { Answered } from '../../parts/notices.tsx'
import { Screen } from '../../parts/screen.tsx'
import { useWords } from '../../words/language.ts'
import { CsvLink, PrintButton } from './report-tools.tsx'
import { ReportView } from './report-view.tsx'

export function KeptReportScreen() {
  const { t } = useWords()
  const { id = '' } = useRouteParams({ strict: false })
  const found = useAnswer<Report>(`/reports/${id}`)
  const kind = found.data?.kind
  const actions = (
    <Group gap="xs" className="report report-tools">
      <CsvLink path={`/reports/${id}`} />
      <PrintButton />
    </Group>
  )
  return (
    <Screen title={kind === undefined ? t('shell.nav.reports') : t(`report.tabs.${kind}`)} actions={actions}>
      <p className="report-tools">
        <Link to="/reports" search={{ tab: 'kept' } as never}>
          {t('report.back')}
        </Link>
      </p>
      <Answered answer={found}>
        {(report) => (
          <>
            <KeptNote madeAt={String(report.madeAt)} />
            <ReportView report={report} />
          </>
        )}
      </Answered>
    </Screen>
  )
}

function KeptNote({ madeAt }: { readonly madeAt: string }) {
  const { t, language } = useWords()
  const when = formatMoment(language, new Date(madeAt), viewerZone())
  const span = formatSpan(language, (serverNow() - Date.parse(madeAt)) / 1000)
  return (
    <Alert color="gray" p="xs" mb="sm" icon={<Glyph name="clock" />} className="report-tools">
      {`${t('report.keptNote', { when })} ${t('report.madeAgo', { span })}.`}
    </Alert>
  )
}
