/** How the server is reached, and whether it is still who it was. */
import { Anchor } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useList } from '../../api/hooks.ts'
import type { Host, StoreWhole } from '../../api/types.ts'
import { formatBytes } from '../../format/money.ts'
import { formatMoment } from '../../format/time.ts'
import { Mark } from '../../parts/mark.tsx'
import { useWords } from '../../words/language.ts'
import { Card, Fact, Facts } from './facts.tsx'

interface StoreProps {
  readonly store: StoreWhole
}

export function ConnectionCard({ store }: StoreProps) {
  const { t, language } = useWords()
  const { host, port, user, credential, packageFolder, packageUrl, legacyAlgorithms, bytesPerSecond } = store
  return (
    <Card title={t('server.connection')}>
      <Facts>
        <Fact label={t('server.address')}>
          <code className="server-code">{`${host}:${port}`}</code>
        </Fact>
        <Fact label={t('server.account')}>
          <code className="server-code">{user}</code>
        </Fact>
        <Fact label={t('server.credential')}>
          <code className="server-code">{credential}</code>
        </Fact>
        <Fact label={t('server.hostKey')}>
          <HostKey store={store} />
        </Fact>
        <Fact label={t('server.algorithms')}>
          {legacyAlgorithms ? (
            <Mark tone="warn" glyph="bang" label={t('server.algorithmsOld')} />
          ) : (
            <Mark tone="good" glyph="check" label={t('server.algorithmsNew')} />
          )}
        </Fact>
        <Fact label={t('server.folder')}>
          <code className="server-code">{packageFolder}</code>
        </Fact>
        <Fact label={t('server.url')}>
          <code className="server-code">{packageUrl}</code>
        </Fact>
        <Fact label={t('server.speed')}>
          {bytesPerSecond === null ? (
            <span className="server-none">{t('tills.noData')}</span>
          ) : (
            t('server.speedValue', { speed: formatBytes(language, bytesPerSecond) })
          )}
        </Fact>
      </Facts>
    </Card>
  )
}

/** Pinned, none, or changed: the last is told in red, with what it shows. */
function HostKey({ store }: StoreProps) {
  const { t } = useWords()
  const hosts = useList<Host>(
    '/host-keys',
    { store: store.code },
    { topics: ['hostKeys', `stores:${store.code}`] },
  )
  const own = hosts.rows.find((one) => one.cashId === null)
  if (store.hostKeys.length === 0)
    return (
      <span className="server-stack">
        <Mark tone="bad" glyph="lock" label={t('server.hostKeyNone')} />
        <ToKeys />
      </span>
    )
  if (own?.changed === true)
    return (
      <span className="server-stack">
        <Mark tone="dead" glyph="bang" label={t('server.hostKeyChanged')} />
        <Alarms host={own} zone={store.timeZone} />
        <ToKeys />
      </span>
    )
  return (
    <span className="server-stack">
      <Mark tone="good" glyph="lock" label={t('server.hostKeyPinned')} />
      {own?.keys.map(({ type, fingerprint }) => (
        <code key={fingerprint} className="server-code server-quiet">
          {`${type} ${fingerprint}`}
        </code>
      ))}
    </span>
  )
}

function Alarms({ host, zone }: { readonly host: Host; readonly zone: string }) {
  const { t, language } = useWords()
  return host.alarms.map(({ shown, firstAt }) => {
    const time = formatMoment(language, new Date(firstAt), zone)
    return (
      <span key={shown ?? ''} className="server-quiet">
        {shown === null ? t('server.hostKeyShownNone', { time }) : t('server.hostKeyShown', { shown, time })}
      </span>
    )
  })
}

function ToKeys() {
  const { t } = useWords()
  return (
    <Anchor component={Link} to={'/settings/keys' as string} size="sm">
      {t('server.toKeys')}
    </Anchor>
  )
}
