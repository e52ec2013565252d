/** «Опросить»: a look at the server; where it is no device, at the tills behind it. */
import { Group } from '@mantine/core'
import { post } from '../../api/client.ts'
import { useAnswer, useChange } from '../../api/hooks.ts'
import type { CommandSent, CommandWhole, StoreWhole } from '../../api/types.ts'
import { ActButton } from '../../parts/act-button.tsx'
import { Mark } from '../../parts/mark.tsx'
import { useProblemText } from '../../parts/notices.tsx'
import { useParam } from '../../route-params.ts'
import { useWords } from '../../words/language.ts'
import { serverDevice } from './last-seen.ts'

const WATCH_MS = 1000

/** Whoever answers proves that the server is there. */
function whomToAsk(store: StoreWhole): string[] {
  const server = serverDevice(store)
  if (server !== undefined && server.host !== null) return [server.cashId]
  return store.devices
    .filter(({ kind, host }) => kind !== 'priceChecker' && host !== null)
    .map((one) => one.cashId)
}

export function AskButton({ store }: { readonly store: StoreWhole }) {
  const { t } = useWords()
  const [id, setId] = useParam('id')
  const problem = useProblemText()
  const cashIds = whomToAsk(store)
  const ask = useChange(() => post<CommandSent>('/commands', { kind: 'look', cashIds }), ['commands'])
  return (
    <Group gap="sm">
      {ask.error === null ? null : <Mark tone="bad" glyph="bang" label={problem(ask.error)} />}
      {id === undefined ? null : <Outcome id={id} />}
      <ActButton
        permission="commands.send"
        why={cashIds.length === 0 ? t('server.askNobody') : undefined}
        loading={ask.isPending}
        onClick={() => ask.mutate(undefined, { onSuccess: (sent) => setId(sent.id) })}
      >
        {t('server.ask')}
      </ActButton>
    </Group>
  )
}

function Outcome({ id }: { readonly id: string }) {
  const { t } = useWords()
  const asked = useAnswer<CommandWhole>(
    `/commands/${encodeURIComponent(id)}`,
    {},
    {
      topics: [`commands:${id}`],
      every: (data) => ((data as CommandWhole | undefined)?.isOver === true ? undefined : WATCH_MS),
    },
  )
  if (asked.data === undefined) return null
  const { isOver, counts } = asked.data
  const isGood = (counts.done ?? 0) > 0
  return (
    <span role="status">
      {isOver ? (
        <Mark
          tone={isGood ? 'good' : 'bad'}
          glyph={isGood ? 'check' : 'cross'}
          label={t(isGood ? 'server.asked' : 'server.askFailed')}
        />
      ) : (
        <Mark tone="busy" glyph="play" label={t('server.asking')} />
      )}
    </span>
  )
}
