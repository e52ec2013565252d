/** «Загрузка обновлений»: what there is to fetch, how far it is, and how it ended. */
import { Progress } from '@mantine/core'
import { displayVersion } from '../../../../src/rollout/versions.ts'
import { useAnswer } from '../../api/hooks.ts'
import type { DeviceWhole, EventView, Page, StoreWhole } from '../../api/types.ts'
import { formatBytes } from '../../format/money.ts'
import { ActButton } from '../../parts/act-button.tsx'
import { Mark, ReasonText } from '../../parts/mark.tsx'
import { useWords } from '../../words/language.ts'
import { quoted } from '../journal/kinds.ts'
import { percentOf } from '../tills/cells.tsx'
import { presentPackages } from '../tills/orders.ts'
import { ErrandNote } from './errand-note.tsx'
import { Row, Section } from './row.tsx'
import { saidOf } from './said.ts'
import type { Errands } from './use-errands.ts'

interface DownloadSectionProps {
  readonly device: DeviceWhole
  readonly errands: Errands
}

/** What lies on the store server and is newer than what runs and what was fetched already. */
function useAvailable(device: DeviceWhole): string | undefined {
  const store = useAnswer<StoreWhole>(
    `/stores/${encodeURIComponent(device.store)}`,
    {},
    { topics: [`stores:${device.store}`, 'storePackages'] },
  )
  if (store.data === undefined) return undefined
  const staged = new Set((saidOf(device)?.staged ?? []).map((one) => one.version.padStart(8, '0')))
  const runs = device.status?.version ?? ''
  return presentPackages(store.data)
    .map((one) => one.package.version)
    .find((version) => version > runs && !staged.has(version))
}

export function DownloadSection({ device, errands }: DownloadSectionProps) {
  const { t } = useWords()
  const available = useAvailable(device)
  const isOfRollout = device.fetch?.of === 'rollout'
  const start = (
    <ActButton
      permission="commands.send"
      loading={errands.isSending && errands.tried === 'downloadStart'}
      onClick={() => errands.send({ kind: 'downloadStart' })}
    >
      {t('terminal.start')}
    </ActButton>
  )
  const stop = (
    <ActButton
      permission="commands.send"
      why={isOfRollout ? t('terminal.fetchOfRollout') : undefined}
      onClick={() => errands.send({ kind: 'downloadStop' })}
    >
      {t('terminal.stop')}
    </ActButton>
  )
  return (
    <Section title={t('terminal.downloads')}>
      <dl className="terminal-rows">
        <Row label={t('terminal.state')} action={device.fetch === null ? start : stop}>
          {available === undefined ? (
            t('terminal.noDownload')
          ) : (
            <Mark
              tone="busy"
              glyph="play"
              label={t('terminal.available', { display: displayVersion(Number(available)) })}
              hint={t('common.fullVersion', { digits: available })}
            />
          )}
        </Row>
        <Row label={t('terminal.progress')}>
          {device.fetch === null ? (
            <Finished device={device} errands={errands} />
          ) : (
            <Running fetch={device.fetch} />
          )}
        </Row>
      </dl>
    </Section>
  )
}

function Running({ fetch }: { readonly fetch: NonNullable<DeviceWhole['fetch']> }) {
  const { t, language } = useWords()
  const { received, size, version, of, state, reason } = fetch
  const bytes = { received: formatBytes(language, received), size: formatBytes(language, size) }
  const percent = percentOf(received, size)
  return (
    <div className="terminal-progress">
      <Progress.Root size="lg">
        <Progress.Section value={percent} aria-label={t('terminal.progress')} />
      </Progress.Root>
      <div className="terminal-progress-text">
        <span>
          {state === 'waiting' ? t('tills.downloadWaiting') : t('tills.downloadRunning', { percent })}
          {' · '}
          {t('terminal.bytes', bytes)} <ReasonText code={reason} />
        </span>
        <span>
          {t('terminal.fetching', { version })}
          {of === 'rollout' ? ` · ${t('terminal.fetchOfRollout')}` : null}
        </span>
      </div>
    </div>
  )
}

/** The journal's own sentence, letter for letter as the old page had it. */
function Finished({ device, errands }: DownloadSectionProps) {
  const { language } = useWords()
  const found = useAnswer<Page<EventView>>(
    '/events',
    { filter: `device:${quoted(device.cashId)} code:downloadFinished`, sort: '-at', limit: 1 },
    { topics: [`devices:${device.cashId}`] },
  )
  const [last] = found.data?.items ?? []
  const asked = errands.last('downloadStart')
  const isNewer = last === undefined || (asked !== undefined && asked.createdAt > last.at)
  return (
    <div className="terminal-finished">
      {isNewer ? <ErrandNote errands={errands} kinds={['downloadStart', 'downloadStop']} /> : null}
      {last === undefined ? (
        <div className="terminal-idle" />
      ) : (
        <p className="terminal-message">{last.text[language]}</p>
      )}
    </div>
  )
}
