/** Hosts that show another key than the pinned one. Nothing was sent to them; somebody has to find out why. */
import { Group, Text } from '@mantine/core'
import { post } from '../../../api/client.ts'
import { useChange, useList } from '../../../api/hooks.ts'
import type { Enrolled, Host } from '../../../api/types.ts'
import { ActButton } from '../../../parts/act-button.tsx'
import { Glyph } from '../../../parts/glyph.tsx'
import { ProblemNotice } from '../../../parts/notices.tsx'
import { Ago, Moment } from '../../../parts/values.tsx'
import { useSetParams } from '../../../route-params.ts'
import { useWords } from '../../../words/language.ts'
import { Fingerprint } from './fingerprint.tsx'
import { HostName } from './host-name.tsx'

/** More at once are no coincidence, and the list of pinned keys has them all. */
const SHOWN = 10

export function Alarms() {
  const { t } = useWords()
  const set = useSetParams()
  const hosts = useList<Host>('/host-keys', { state: 'changed', limit: SHOWN }, { topics: ['hostKeys'] })
  const total = hosts.total ?? hosts.rows.length
  if (hosts.error !== null && hosts.rows.length === 0)
    return <ProblemNotice error={hosts.error} onAgain={hosts.again} />
  if (hosts.rows.length === 0) return null
  return (
    <section className="settings-alarms" role="alert" aria-label={t('settings.alarm.label')}>
      <h2 className="settings-alarms-title">
        <Glyph name="bang" size={20} />
        {t('settings.alarm.title', { count: total })}
      </h2>
      <Text size="sm">{t('settings.alarm.meaning')}</Text>
      {hosts.rows.slice(0, SHOWN).map((host) => (
        <Alarm key={host.id} host={host} />
      ))}
      {total > SHOWN ? (
        <ActButton permission="fleet.read" onClick={() => set({ tab: 'pinned', state: 'changed' })}>
          {t('settings.alarm.all', { count: total })}
        </ActButton>
      ) : null}
      <ol className="settings-steps">
        <li>{t('settings.alarm.stepWho')}</li>
        <li>{t('settings.alarm.stepCompare')}</li>
        <li>{t('settings.alarm.stepNobody')}</li>
        {total > 1 ? <li>{t('settings.alarm.stepMany')}</li> : null}
      </ol>
    </section>
  )
}

function Alarm({ host }: { readonly host: Host }) {
  const { t } = useWords()
  const set = useSetParams()
  const { store, cashId, keys, alarms } = host
  const learn = useChange(
    () =>
      post<Enrolled>(
        '/enrolments',
        cashId === null ? { what: 'storeServers', stores: [store] } : { what: 'devices', cashIds: [cashId] },
      ),
    ['enrolments', 'hostKeys'],
  )
  const begin = () =>
    learn.mutate(undefined, {
      onSuccess: () => set({ tab: 'compare', filter: undefined, state: 'all' }, { replace: true }),
    })
  return (
    <article className="settings-alarm" data-host={cashId ?? store}>
      <Group justify="space-between" gap="xs">
        <HostName {...host} />
        <ActButton permission="hosts.enrol" loading={learn.isPending} onClick={begin}>
          {t('settings.alarm.learn')}
        </ActButton>
      </Group>
      <dl className="settings-keys">
        <dt>{t('settings.alarm.pinned')}</dt>
        {keys.map(({ type, fingerprint, confirmedAt }) => (
          <dd key={fingerprint}>
            <Fingerprint value={fingerprint} /> <span className="settings-quiet">{type}</span>{' '}
            {confirmedAt === null ? null : (
              <span className="settings-quiet">
                {t('settings.hosts.confirmedAt')} <Moment at={confirmedAt} />
              </span>
            )}
          </dd>
        ))}
        <dt>{t('settings.alarm.shown')}</dt>
        {alarms.map(({ shown, seen, firstAt, lastAt }) => (
          <dd key={shown ?? ''}>
            {shown === null ? t('settings.alarm.noKey') : <Fingerprint value={shown} />}{' '}
            <span className="settings-quiet">
              {t('settings.alarm.since')} <Moment at={firstAt} /> ·{' '}
              {t('settings.alarm.seen', { count: seen })} · {t('settings.alarm.last')} <Ago at={lastAt} />
            </span>
          </dd>
        ))}
      </dl>
      {learn.error == null ? null : <ProblemNotice error={learn.error} />}
    </article>
  )
}
