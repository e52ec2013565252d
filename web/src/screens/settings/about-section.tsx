/** What runs, whether it is well, who looks, and by which keys. */
import { Anchor, Kbd, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { addressOf } from '../../api/base.ts'
import { useAnswer, useMe } from '../../api/hooks.ts'
import { viewerZone } from '../../format/time.ts'
import { Mark } from '../../parts/mark.tsx'
import { Answered, ProblemNotice } from '../../parts/notices.tsx'
import { LiveMark } from '../../shell/live-mark.tsx'
import { useWords } from '../../words/language.ts'

interface Health {
  readonly status: string
  readonly database: { readonly up: boolean }
  readonly queues: { readonly kind: string; readonly up: boolean }
}
const EVERY_MS = 10_000

export function AboutSection() {
  const { t } = useWords()
  return (
    <div className="settings-thirds">
      <Panel title={t('settings.about.server')}>
        <Server />
      </Panel>
      <Panel title={t('settings.about.you')}>
        <You />
      </Panel>
      <Panel title={t('settings.about.keys')}>
        <Keys />
      </Panel>
    </div>
  )
}

function Panel({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section className="settings-stack" aria-label={title}>
      <h2 className="settings-panel-title">{title}</h2>
      {children}
    </section>
  )
}

/** Undefined: nobody knows. */
function UpMark({ isUp }: { readonly isUp: boolean | undefined }) {
  const { t } = useWords()
  if (isUp === undefined) return <span>{t('common.unknown')}</span>
  return isUp ? (
    <Mark tone="good" glyph="check" label={t('settings.about.up')} />
  ) : (
    <Mark tone="bad" glyph="cross" label={t('settings.about.down')} />
  )
}

function Server() {
  const { t } = useWords()
  const me = useMe().data
  const health = useAnswer<Health>('/health', {}, { every: () => EVERY_MS })
  const { database, queues } = health.data ?? {}
  return (
    <>
      {health.error === null ? null : <ProblemNotice error={health.error} />}
      <dl className="settings-facts">
        <dt>{t('settings.about.version')}</dt>
        <dd>{me?.server?.version ?? t('common.unknown')}</dd>
        <dt>{t('settings.about.live')}</dt>
        <dd>
          <LiveMark />
        </dd>
        <dt>{t('settings.about.database')}</dt>
        <dd>
          <UpMark isUp={health.error === null ? database?.up : undefined} />
        </dd>
        <dt>{t('settings.about.queues')}</dt>
        <dd>
          <UpMark isUp={health.error === null ? queues?.up : undefined} />{' '}
          <span className="settings-quiet">{queues?.kind}</span>
        </dd>
      </dl>
      <Anchor size="sm" href={addressOf('api/v1/docs')} target="_blank" rel="noreferrer">
        {t('settings.about.api')}
      </Anchor>
    </>
  )
}

function You() {
  const { t, language } = useWords()
  const me = useMe()
  return (
    <Answered answer={me}>
      {({ actor, role, storeGroups, permissions }) => (
        <dl className="settings-facts">
          <dt>{t('settings.people.login')}</dt>
          <dd>{actor}</dd>
          <dt>{t('settings.people.role')}</dt>
          <dd>{role === null ? t('common.unknown') : t(`shell.role.${role}`)}</dd>
          <dt>{t('settings.people.groups')}</dt>
          <dd>{storeGroups === null ? t('settings.people.wholeChain') : storeGroups.join(', ')}</dd>
          <dt>{t('settings.about.zone')}</dt>
          <dd>{viewerZone()}</dd>
          <dt>{t('shell.language')}</dt>
          <dd>{t(language === 'ru' ? 'shell.languageRu' : 'shell.languageEn')}</dd>
          <dt>{t('settings.about.may')}</dt>
          <dd>
            <ul className="settings-may">
              {permissions.map((one) => (
                <li key={one}>{t(`settings.permissions.${one.replace('.', '_')}`, { defaultValue: one })}</li>
              ))}
            </ul>
          </dd>
        </dl>
      )}
    </Answered>
  )
}

const keys = [
  [['/'], 'jump'],
  [['Ctrl', 'K'], 'jump'],
  [['←', '→', '↑', '↓'], 'move'],
  [['Enter'], 'open'],
  [['f'], 'nextFailure'],
  [['F'], 'formerFailure'],
  [['r'], 'retry'],
  [['?'], 'help'],
  [['Esc'], 'close'],
] as const

function Keys() {
  const { t } = useWords()
  return (
    <>
      <dl className="settings-facts">
        {keys.map(([names, word]) => (
          <div key={names.join(' ')} className="settings-fact">
            <dt>
              {names.map((name) => (
                <Kbd key={name} size="xs">
                  {name}
                </Kbd>
              ))}
            </dt>
            <dd>{t(`settings.keyboard.${word}`)}</dd>
          </div>
        ))}
      </dl>
      <Text size="xs" c="dimmed">
        {t('settings.keyboard.where')}
      </Text>
    </>
  )
}
