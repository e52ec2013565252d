/** One message, till by till. A till tells that it was delivered, and never that somebody read it. */
import type { CommandState } from '../../../../src/rollout/states.ts'
import { post } from '../../api/client.ts'
import { useAnswer, useChange } from '../../api/hooks.ts'
import type { CommandWhole, StoreWhole } from '../../api/types.ts'
import { ActButton } from '../../parts/act-button.tsx'
import type { GlyphName } from '../../parts/glyph.tsx'
import { Mark, type Tone, useReason } from '../../parts/mark.tsx'
import { Answered, ProblemNotice } from '../../parts/notices.tsx'
import { Moment } from '../../parts/values.tsx'
import { useWords } from '../../words/language.ts'

const WATCH_MS = 1500

/** `retrying`: it was refused or not reached, and is tried again. */
type Outcome = CommandState | 'retrying'
const signs: Readonly<Record<Outcome, readonly [Tone, GlyphName]>> = {
  waiting: ['calm', 'clock'],
  retrying: ['warn', 'clock'],
  running: ['busy', 'play'],
  done: ['good', 'check'],
  failed: ['bad', 'cross'],
  expired: ['warn', 'clock'],
  cancelled: ['off', 'dash'],
}
const isOutcome = (text: string): text is Outcome => Object.hasOwn(signs, text)

interface OutcomesProps {
  readonly id: string
  readonly store: StoreWhole
}

export function Outcomes({ id, store }: OutcomesProps) {
  const path = `/commands/${encodeURIComponent(id)}`
  const found = useAnswer<CommandWhole>(
    path,
    { store: store.code },
    {
      topics: [`commands:${id}`],
      every: (data) => ((data as CommandWhole | undefined)?.isOver === true ? undefined : WATCH_MS),
    },
  )
  return (
    <div className="messages-outcomes">
      <Answered answer={found}>
        {(data) => (
          <>
            <OutcomeTable items={data.items} store={store} />
            <Rest message={data} zone={store.timeZone} />
          </>
        )}
      </Answered>
    </div>
  )
}

type Item = CommandWhole['items'][number]

function OutcomeTable({ items, store }: { readonly items: readonly Item[]; readonly store: StoreWhole }) {
  const { t } = useWords()
  return (
    <table className="messages-table">
      <thead>
        <tr>
          {(['till', 'state', 'reason', 'at'] as const).map((id) => (
            <th key={id} scope="col">
              {t(`messages.outcome.${id}`)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {items.map((item) => (
          <OutcomeRow key={item.cashId} item={item} store={store} />
        ))}
      </tbody>
    </table>
  )
}

function OutcomeRow({ item, store }: { readonly item: Item; readonly store: StoreWhole }) {
  const { t } = useWords()
  const { cashId, state, reason, finishedAt } = item
  const till = store.devices.find((one) => one.cashId === cashId)
  const words = useReason(reason)
  const outcome = state === 'waiting' && reason !== null ? 'retrying' : state
  const [tone, glyph] = isOutcome(outcome) ? signs[outcome] : (['off', 'question'] as const)
  return (
    <tr data-key={cashId}>
      <td>{till === undefined ? cashId : t('tills.tillNamed', { number: till.number, name: till.name })}</td>
      <td>
        <Mark
          tone={tone}
          glyph={glyph}
          label={isOutcome(outcome) ? t(`messages.states.${outcome}`) : state}
        />
      </td>
      <td>
        {words?.label}
        {words === undefined || words.advice === '' ? null : (
          <span className="messages-advice">{` ${words.advice}`}</span>
        )}
      </td>
      <td>{finishedAt === null ? null : <Moment at={finishedAt} zone={store.timeZone} />}</td>
    </tr>
  )
}

/** While some of it waits: until when, and the way to end that. */
function Rest({ message, zone }: { readonly message: CommandWhole; readonly zone: string }) {
  const { t } = useWords()
  const cancel = useChange(
    () => post(`/commands/${encodeURIComponent(message.id)}/cancel`),
    ['commands', `commands:${message.id}`],
  )
  if ((message.counts.waiting ?? 0) === 0) return null
  return (
    <div className="messages-rest">
      <span>
        <Until at={message.notAfter} zone={zone} />
      </span>
      <ActButton
        permission="commands.send"
        loading={cancel.isPending}
        onClick={() => cancel.mutate(undefined)}
      >
        {t('messages.cancelRest')}
      </ActButton>
      {cancel.error === null ? null : <ProblemNotice error={cancel.error} />}
    </div>
  )
}

function Until({ at, zone }: { readonly at: string; readonly zone: string }) {
  const { t } = useWords()
  return (
    <>
      {t('messages.until')} <Moment at={at} zone={zone} />
    </>
  )
}
