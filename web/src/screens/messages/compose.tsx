import { MultiSelect, Radio, Stack } from '@mantine/core'
import { useState } from 'react'
import { post } from '../../api/client.ts'
import { useChange, useMay } from '../../api/hooks.ts'
import { usePreview } from '../../api/preview.ts'
import type { CommandSent, StoreWhole } from '../../api/types.ts'
import { ActButton } from '../../parts/act-button.tsx'
import { Answered, ProblemNotice } from '../../parts/notices.tsx'
import { useSetParams } from '../../route-params.ts'
import { useWords } from '../../words/language.ts'
import { MessageText, messageFault } from '../tills/message-text.tsx'
import { Reached } from '../tills/reached.tsx'
import { isWhom, targetsOf, tillsOf, type Whom, whoms } from './targets.ts'
import '../tills/tills.css'

interface ComposeProps {
  readonly store: StoreWhole
}

export function Compose({ store }: ComposeProps) {
  const { t } = useWords()
  const set = useSetParams()
  const [text, setText] = useState('')
  const [whom, setWhom] = useState<Whom>('all')
  const [chosen, setChosen] = useState<readonly string[]>([])
  const targets = targetsOf(whom, store.code, chosen)
  const preview = useReached(targets, store.code)
  const send = useChange(
    () => post<CommandSent>('/commands', { kind: 'message', text, ...targets }),
    ['commands'],
  )
  const sent = ({ id }: CommandSent) => {
    setText('')
    set({ id }, { replace: true })
  }
  const fault = messageFault(text)
  const why =
    fault === 'empty'
      ? t('messages.textFirst')
      : fault === 'long'
        ? t('messages.tooLong')
        : targets === undefined
          ? t('messages.chooseFirst')
          : preview.data === undefined || preview.isError
            ? t('messages.notCounted')
            : preview.data.devices === 0
              ? t('messages.nobody')
              : undefined
  return (
    <section className="messages-compose" aria-label={t('messages.compose')}>
      <div className="messages-text">
        <MessageText text={text} onChange={setText} />
      </div>
      <Stack gap="sm" className="messages-whom">
        <Whoms whom={whom} onChange={setWhom} />
        {whom === 'chosen' ? <Chosen store={store} chosen={chosen} onChange={setChosen} /> : null}
        {targets === undefined ? null : (
          <>
            <Answered answer={preview}>{(found) => <Reached preview={found} />}</Answered>
            {preview.isError && preview.data !== undefined ? <ProblemNotice error={preview.error} /> : null}
          </>
        )}
        {send.error === null ? null : <ProblemNotice error={send.error} />}
        <ActButton
          permission="commands.send"
          variant="filled"
          size="sm"
          className="messages-send"
          why={why}
          loading={send.isPending}
          onClick={() => send.mutate(undefined, { onSuccess: sent })}
        >
          {t('messages.send')}
        </ActButton>
      </Stack>
    </section>
  )
}

/** Whom it would reach does not hang on the words. */
function useReached(targets: object | undefined, store: string) {
  const may = useMay('commands.send')
  const body = targets === undefined ? undefined : { kind: 'message', text: '…', ...targets }
  return usePreview<CommandSent>('/commands', body, [`stores:${store}`], may)
}

interface WhomsProps {
  readonly whom: Whom
  readonly onChange: (whom: Whom) => void
}
function Whoms({ whom, onChange }: WhomsProps) {
  const { t } = useWords()
  return (
    <Radio.Group
      label={t('messages.targets')}
      size="sm"
      value={whom}
      onChange={(value) => isWhom(value) && onChange(value)}
    >
      <Stack gap={6} mt={4}>
        {whoms.map((value) => (
          <Radio key={value} size="sm" value={value} label={t(`messages.${value}`)} />
        ))}
      </Stack>
    </Radio.Group>
  )
}

interface ChosenProps extends ComposeProps {
  readonly chosen: readonly string[]
  readonly onChange: (chosen: readonly string[]) => void
}
function Chosen({ store, chosen, onChange }: ChosenProps) {
  const { t } = useWords()
  return (
    <MultiSelect
      size="sm"
      label={t('messages.choose')}
      searchable
      clearable
      clearButtonProps={{ 'aria-label': t('common.clear') }}
      value={[...chosen]}
      onChange={onChange}
      nothingFoundMessage={t('common.nothingFound')}
      data={tillsOf(store).map(({ cashId, number, name }) => ({
        value: cashId,
        label: t('tills.tillNamed', { number, name }),
      }))}
    />
  )
}
