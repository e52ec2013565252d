/** What the server is and does: version, contact, what it is busy with. */
import type { StoreWhole } from '../../api/types.ts'
import { Mark, useReason } from '../../parts/mark.tsx'
import { Ago, Version } from '../../parts/values.tsx'
import { useWords } from '../../words/language.ts'
import { Card, Fact, Facts } from './facts.tsx'
import { lastSeen, serverDevice, silence } from './last-seen.ts'
import { percentOf } from './percent.ts'

interface StoreProps {
  readonly store: StoreWhole
}

export function ServerCard({ store }: StoreProps) {
  const { t } = useWords()
  const device = serverDevice(store)
  const health = device?.status?.health
  const { contact } = store
  return (
    <Card title={t('server.facts')}>
      <Facts>
        <Fact label={t('server.version')}>
          {device?.status?.version == null ? (
            <span className="server-none" title={device === undefined ? t('server.noDevice') : undefined}>
              {t('tills.noData')}
            </span>
          ) : (
            <Version digits={device.status.version} />
          )}
        </Fact>
        {device === undefined ? null : (
          <Fact label={t('server.health')}>
            {health == null ? (
              <span className="server-none">{t('tills.noData')}</span>
            ) : (
              <HealthMark health={health} />
            )}
          </Fact>
        )}
        <Fact label={t('server.contact')}>
          <ContactMark store={store} />
        </Fact>
        <Fact label={t('server.lastSeen')}>
          <LastSeen store={store} />
        </Fact>
        <Fact label={t('server.latency')}>
          {contact?.latencyMs == null ? (
            <span className="server-none">{t('tills.noData')}</span>
          ) : (
            <span title={t('server.latencyHint')}>
              <span className="number">{t('server.latencyMs', { ms: contact.latencyMs })}</span>
              {' · '}
              <Ago at={contact.readAt} zone={store.timeZone} />
            </span>
          )}
        </Fact>
        <Fact label={t('server.now')}>
          <Now store={store} />
        </Fact>
      </Facts>
    </Card>
  )
}

const healths = {
  healthy: ['good', 'check'],
  unhealthy: ['bad', 'cross'],
  starting: ['busy', 'play'],
} as const

function HealthMark({ health }: { readonly health: string }) {
  const { t } = useWords()
  if (health !== 'healthy' && health !== 'unhealthy' && health !== 'starting') return <span>{health}</span>
  const [tone, glyph] = healths[health]
  return <Mark tone={tone} glyph={glyph} label={t(`server.${health}`)} />
}

function ContactMark({ store }: StoreProps) {
  const { t } = useWords()
  const reason = silence(store)
  const words = useReason(reason)
  if (words !== undefined)
    return (
      <Mark
        tone="bad"
        glyph="off"
        label={`${t('server.silent')}: ${words.label}`}
        hint={words.advice === '' ? undefined : words.advice}
      />
    )
  if (lastSeen(store) === undefined)
    return <Mark tone="off" glyph="question" label={t('server.neverReached')} />
  return <Mark tone="good" glyph="check" label={t('server.answers')} />
}

function LastSeen({ store }: StoreProps) {
  const { t } = useWords()
  const seen = lastSeen(store)
  if (seen === undefined) return <span className="server-none">{t('tills.noData')}</span>
  const sources = {
    worker: () => t('server.seenByWorker', { source: seen.name }),
    agent: () => t('server.seenByAgent'),
    till: () => t('server.seenByTill', { cashId: seen.name }),
  }
  return (
    <span title={t('server.seenBy', { source: sources[seen.by]() })}>
      <Ago at={seen.at} zone={store.timeZone} />
    </span>
  )
}

function Now({ store }: StoreProps) {
  const { t } = useWords()
  const busy = store.packages.filter(({ state }) => state === 'uploading' || state === 'removing')
  if (busy.length === 0) return <Mark tone="calm" glyph="dash" label={t('server.nothingNow')} />
  return (
    <span className="server-now">
      {busy.map(({ id, state, doneBytes, package: { version, size } }) => (
        <Mark
          key={id}
          tone="busy"
          glyph={state === 'uploading' ? 'play' : 'back'}
          label={
            state === 'uploading'
              ? t('server.uploadingNow', { version, percent: percentOf(doneBytes, size) })
              : t('server.removingNow', { version })
          }
        />
      ))}
    </span>
  )
}
