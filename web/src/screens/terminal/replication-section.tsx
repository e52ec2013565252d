import type { DeviceWhole } from '../../api/types.ts'
import { formatCount } from '../../format/money.ts'
import { formatSpan } from '../../format/time.ts'
import { useWords } from '../../words/language.ts'
import { NoData } from '../tills/cells.tsx'
import { Row, Section } from './row.tsx'
import { saidOf } from './said.ts'

/** «Репликация»: what the till still has to hand over to its store server. */
export function ReplicationSection({ device }: { readonly device: DeviceWhole }) {
  const { t, language } = useWords()
  const { lagSeconds = null, unsent = null } = saidOf(device)?.replication ?? {}
  const lag =
    lagSeconds === 0 ? t('terminal.noLag') : lagSeconds === null ? null : formatSpan(language, lagSeconds)
  return (
    <Section title={t('terminal.replication')}>
      <dl className="terminal-rows">
        <Row label={t('terminal.lag')}>{lag ?? <NoData />}</Row>
        <Row label={t('terminal.unsent')}>{unsent === null ? <NoData /> : formatCount(language, unsent)}</Row>
      </dl>
    </Section>
  )
}
