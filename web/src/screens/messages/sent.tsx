/** What was sent to tills of this store, the newest first; each opens to what became of it. */
import { Button, UnstyledButton } from '@mantine/core'
import { useList } from '../../api/hooks.ts'
import type { Command, StoreWhole } from '../../api/types.ts'
import { Mark } from '../../parts/mark.tsx'
import { EmptyNotice, LoadingNotice, ProblemNotice } from '../../parts/notices.tsx'
import { Moment } from '../../parts/values.tsx'
import { useParam } from '../../route-params.ts'
import { useWords } from '../../words/language.ts'
import { quoted } from '../journal/kinds.ts'
import { Outcomes } from './outcomes.tsx'

/** Waiting → running is no news of the stream. */
const WATCH_MS = 2000
const isUnderWay = (data: unknown): boolean =>
  (data as readonly Command[] | undefined)?.some(({ isOver }) => !isOver) ?? false

interface SentProps {
  readonly store: StoreWhole
}

export function Sent({ store }: SentProps) {
  const { t } = useWords()
  const list = useList<Command>(
    '/commands',
    { filter: `kind:message store:${quoted(store.code)}`, limit: 30 },
    { topics: ['commands'], every: (data) => (isUnderWay(data) ? WATCH_MS : undefined) },
  )
  return (
    <section aria-label={t('messages.sent')}>
      <h2 className="messages-title">{t('messages.sent')}</h2>
      {list.error !== null && list.rows.length === 0 ? (
        <ProblemNotice error={list.error} onAgain={list.again} />
      ) : list.isLoading ? (
        <LoadingNotice />
      ) : list.rows.length === 0 ? (
        <EmptyNotice title={t('messages.none')} hint={t('messages.noneHint')} />
      ) : (
        <ul className="messages-list">
          {list.rows.map((one) => (
            <Message key={one.id} message={one} store={store} />
          ))}
        </ul>
      )}
      {list.hasMore ? (
        <Button variant="default" size="xs" onClick={list.more}>
          {t('common.more')}
        </Button>
      ) : null}
    </section>
  )
}

function Message({ message, store }: SentProps & { readonly message: Command }) {
  const [id, setId] = useParam('id')
  const isOpen = id === message.id
  const { text = '', requestedBy, createdAt } = message
  return (
    <li className="messages-item" data-key={message.id}>
      <UnstyledButton
        className="messages-head"
        aria-expanded={isOpen}
        onClick={() => setId(isOpen ? undefined : message.id)}
      >
        <span className="messages-when">
          <Moment at={createdAt} zone={store.timeZone} />
          <span className="messages-who">{requestedBy}</span>
        </span>
        <span className="messages-said">{text}</span>
        <Tally message={message} />
        <span className="messages-fold" aria-hidden="true" data-open={isOpen || undefined}>
          {'▼'}
        </span>
      </UnstyledButton>
      {isOpen ? <Outcomes id={message.id} store={store} /> : null}
    </li>
  )
}

/** Of all that it was sent to, in this store or not. */
function Tally({ message }: { readonly message: Command }) {
  const { t } = useWords()
  const { counts, devices } = message
  const { done = 0, failed = 0, expired = 0, cancelled = 0, waiting = 0, running = 0 } = counts
  const refused = failed + expired + cancelled
  const left = waiting + running
  return (
    <span className="messages-tally">
      <Mark
        tone={done === devices ? 'good' : 'calm'}
        glyph={done === devices ? 'check' : 'dash'}
        label={t('messages.delivered', { done, total: devices })}
      />
      {refused === 0 ? null : (
        <Mark tone="bad" glyph="cross" label={t('messages.refused', { count: refused })} />
      )}
      {left === 0 ? null : <Mark tone="busy" glyph="clock" label={t('messages.waiting', { count: left })} />}
    </span>
  )
}
