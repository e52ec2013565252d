/** How much room the server has where packages lie. */
import type { StoreWhole } from '../../api/types.ts'
import { formatBytes } from '../../format/money.ts'
import { Mark } from '../../parts/mark.tsx'
import { Ago } from '../../parts/values.tsx'
import { useWords } from '../../words/language.ts'
import { MeterBar } from './bar.tsx'
import { Card } from './facts.tsx'
import { diskLevel } from './last-seen.ts'
import { percentOf } from './percent.ts'

export function DiskCard({ store }: { readonly store: StoreWhole }) {
  const { t } = useWords()
  const disk = store.contact?.disk
  return (
    <Card title={t('server.disk')}>
      {disk == null ? (
        <p className="server-none">{t('server.diskUnknown')}</p>
      ) : (
        <Disk store={store} {...disk} />
      )}
    </Card>
  )
}

interface DiskProps {
  readonly store: StoreWhole
  readonly freeBytes: number
  readonly totalBytes: number
  readonly readAt: string
}
function Disk({ store, freeBytes, totalBytes, readAt }: DiskProps) {
  const { t, language } = useWords()
  const used = percentOf(totalBytes - freeBytes, totalBytes)
  const largest = Math.max(0, ...store.packages.map((one) => one.package.size))
  const level = diskLevel(freeBytes, totalBytes, largest)
  const size = { free: formatBytes(language, freeBytes), total: formatBytes(language, totalBytes) }
  const marks = {
    ok: <Mark tone="good" glyph="check" label={t('server.diskEnough')} />,
    warn: <Mark tone="warn" glyph="bang" label={t('server.diskLow')} />,
    bad: <Mark tone="bad" glyph="bang" label={t('server.diskVeryLow')} />,
  }
  return (
    <div className="server-disk">
      <strong className="server-big">{t('server.diskFree', size)}</strong>
      <MeterBar
        percent={used}
        label={t('server.diskBar', { percent: used })}
        tone={level === 'ok' ? 'good' : level}
      />
      <span className="server-line">
        {marks[level]}
        <span className="server-quiet">
          {t('server.diskRead')} <Ago at={readAt} zone={store.timeZone} />
        </span>
      </span>
    </div>
  )
}
