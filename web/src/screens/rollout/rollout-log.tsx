/** What happened, the newest first, as it happens; may be taken along as text. */
import { Button, CopyButton, Group, SegmentedControl, Text } from '@mantine/core'
import { useList } from '../../api/hooks.ts'
import type { EventView, RolloutWhole } from '../../api/types.ts'
import { formatMoment } from '../../format/time.ts'
import { FilterBox } from '../../parts/filter-box.tsx'
import { EmptyNotice, LoadingNotice, ProblemNotice } from '../../parts/notices.tsx'
import { Moment } from '../../parts/values.tsx'
import { useParam } from '../../route-params.ts'
import { useWords } from '../../words/language.ts'
import { useActor } from './gate-text.ts'
import { topicsOf } from './use-rollout.ts'

/** Every move of every till: a night has tens of thousands. */
const SMALL = '-code:updateMoved,storePackageMoved,downloadFinished'
const AT_ONCE = 200

/** The sentence begins with its time, in the zone of its store or of the head office: here it stands beside it. */
function sentenceOf(event: EventView, language: 'ru' | 'en'): string {
  const text = event.text[language]
  const time = `${formatMoment(language, new Date(event.at), event.timeZone)}: `
  return text.startsWith(time) ? text.slice(time.length) : text
}

function Line({ event }: { readonly event: EventView }) {
  const { language } = useWords()
  const actorOf = useActor()
  const { code, at, store, cashId, actor, timeZone } = event
  const about = [store, cashId, actorOf(actor)].filter((one) => one !== null).join(' · ')
  return (
    <li data-code={code}>
      <span className="rollout-log-time">
        <Moment at={at} zone={store === null ? undefined : timeZone} />
      </span>
      <span className="rollout-log-text">{sentenceOf(event, language)}</span>
      <span className="rollout-quiet">{about}</span>
    </li>
  )
}

function Lines({ list }: { readonly list: ReturnType<typeof useList<EventView>> }) {
  const { t } = useWords()
  if (list.error !== null && list.rows.length === 0)
    return <ProblemNotice error={list.error} onAgain={list.again} />
  if (list.isLoading) return <LoadingNotice />
  if (list.rows.length === 0) return <EmptyNotice title={t('rollout.logEmpty')} />
  return (
    <>
      {/* biome-ignore lint/a11y: what scrolls must be reached by the keyboard, and is no landmark of its own */}
      <div className="rollout-log" role="group" tabIndex={0} aria-label={t('rollout.log')}>
        <ol>
          {list.rows.map((event) => (
            <Line key={event.cursor} event={event} />
          ))}
        </ol>
      </div>
      {list.hasMore ? (
        <Button size="compact-sm" variant="default" onClick={list.more}>
          {t('common.more')}
        </Button>
      ) : null}
    </>
  )
}

export function RolloutLog({ rollout }: { readonly rollout: RolloutWhole }) {
  const { t, language } = useWords()
  const [kind, setKind] = useParam('kind')
  const [filter] = useParam('filter')
  const isAll = kind === 'all'
  const terms = [filter ?? '', isAll ? '' : SMALL].filter((one) => one !== '').join(' ')
  const list = useList<EventView>(
    '/events',
    { rolloutId: rollout.id, sort: '-at', filter: terms, limit: AT_ONCE },
    { topics: topicsOf(rollout.id) },
  )
  const text = [...list.rows].reverse().map((event) => {
    const where = [event.store, event.cashId, event.actor].filter((one) => one !== null).join(' · ')
    return `${event.text[language]} (${event.timeZone}; ${where})`
  })
  return (
    <section aria-labelledby="rollout-log">
      <Group justify="space-between" gap="xs" className="rollout-section-head">
        <h2 id="rollout-log" className="rollout-title">
          {t('rollout.log')}
        </h2>
        <Group gap="sm">
          <Text size="xs" c="dimmed">
            {t('rollout.logNewest')}
          </Text>
          <FilterBox />
          <SegmentedControl
            size="xs"
            aria-label={t('rollout.log')}
            value={isAll ? 'all' : 'main'}
            onChange={(next) => setKind(next === 'all' ? 'all' : undefined)}
            data={[
              { value: 'main', label: t('rollout.logMain') },
              { value: 'all', label: t('rollout.logAll') },
            ]}
          />
          <CopyButton value={`${text.join('\n')}\n`}>
            {({ copied, copy }) => (
              <Button size="compact-sm" variant="default" onClick={copy}>
                {t(copied ? 'common.copied' : 'rollout.logCopy')}
              </Button>
            )}
          </CopyButton>
        </Group>
      </Group>
      <Lines list={list} />
    </section>
  )
}
