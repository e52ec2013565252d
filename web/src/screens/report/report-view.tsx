import type { EveningJson, MorningJson } from '../../../../src/report/json.ts'
import type { Report } from '../../api/types.ts'
import { EveningView } from './evening-view.tsx'
import { MorningView } from './morning-view.tsx'

/** Either of them, as its kind says. */
export function ReportView({ report }: { readonly report: Report }) {
  if (report.kind === 'morning') return <MorningView report={report as unknown as MorningJson} />
  return <EveningView report={report as unknown as EveningJson} />
}
