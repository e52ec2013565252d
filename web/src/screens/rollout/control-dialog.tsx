/** The question before a control: what would happen, in devices, and why it is done. */
import { Stack, Text, Textarea } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { MOST_NAMED as MOST } from '../../../../src/rollout/named.ts'
import { useChange } from '../../api/hooks.ts'
import type { RolloutWhole, Skipped } from '../../api/types.ts'
import { Confirm } from '../../parts/confirm.tsx'
import { useWords } from '../../words/language.ts'
import { ConsequenceLines, StartConsequence } from './consequences.tsx'
import { SkipResult } from './skip-result.tsx'
import {
  type AskedVerb,
  needsReason,
  nextWave,
  type Order,
  send,
  skipsGate,
  takesReason,
  traits,
} from './verbs.ts'

interface DialogProps {
  readonly verb: AskedVerb
  readonly rollout: RolloutWhole
  readonly yes: string
  /** Cash ids of rows that are ticked. */
  readonly ticked: readonly string[]
  readonly onClose: () => void
}

const TYPING_MS = 300
const idsIn = (text: string): string[] => [...new Set(text.split(/[\s,;]+/).filter((one) => one !== ''))]

export function ControlDialog({ verb, rollout, ticked, onClose, ...props }: DialogProps) {
  const { t } = useWords()
  // What was asked is what is sent: the next wave or the plan may be another one by the time it is pressed.
  const [{ seen, yes }] = useState({ seen: rollout, yes: props.yes })
  const navigate = useNavigate()
  const [reason, setReason] = useState('')
  const [whom, setWhom] = useState(ticked.join(' '))
  const [named] = useDebouncedValue(whom, TYPING_MS)
  const [skipped, setSkipped] = useState<Skipped>()
  const change = useChange((order: Order) => send(seen, order), [`rollouts:${rollout.id}`, 'rollouts'])
  const isNeeded = needsReason(verb, rollout)
  const cashIds = idsIn(whom)
  const isTooMany = cashIds.length > MOST
  const hasWhom = cashIds.length > 0 && !isTooMany && whom === named
  const isReady = (!isNeeded || reason.trim() !== '') && (verb !== 'skip' || hasWhom)
  const done = (answer: unknown) => {
    if (verb === 'skip') return setSkipped(answer as Skipped)
    onClose()
    if (verb === 'rollback') void navigate({ to: `/rollouts/${(answer as { id: string }).id}` as string })
  }
  if (skipped !== undefined) return <SkipResult skipped={skipped} onClose={onClose} />
  return (
    <Confirm
      isOpen
      title={t(`rollout.ask.${verb}`, { wave: nextWave(seen)?.number ?? '' })}
      yes={yes}
      isDangerous={traits[verb].isDangerous === true}
      isBusy={change.isPending}
      isAllowed={isReady}
      error={change.error}
      onYes={() => isReady && change.mutate({ verb, reason, cashIds }, { onSuccess: done })}
      onClose={onClose}
    >
      <Stack gap="sm">
        {verb === 'skip' ? (
          <>
            <Textarea
              label={t('rollout.whom')}
              description={t('rollout.whomHint', { most: MOST })}
              error={isTooMany ? t('rollout.whomTooMany', { most: MOST, count: cashIds.length }) : null}
              value={whom}
              data-autofocus
              autosize
              minRows={1}
              maxRows={8}
              spellCheck={false}
              onChange={(event) => setWhom(event.currentTarget.value)}
            />
            <Text size="sm" c="dimmed">
              {t('rollout.skipNote')}
            </Text>
          </>
        ) : null}
        {verb === 'start' ? (
          <StartConsequence rollout={seen} />
        ) : (
          <ConsequenceLines
            rollout={seen}
            verb={verb}
            cashIds={verb === 'skip' ? (isTooMany ? [] : idsIn(named)) : undefined}
          />
        )}
        {verb === 'release' && skipsGate(rollout) ? (
          <Text size="sm" fw={600} className="rollout-warn">
            {t('rollout.gateSkipped')}
          </Text>
        ) : null}
        {takesReason(verb) ? (
          <Textarea
            label={t('rollout.reason')}
            description={t(isNeeded ? 'rollout.reasonNeeded' : 'rollout.reasonHint')}
            required={isNeeded}
            rows={2}
            maxLength={500}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value.replace(/\n/g, ' '))}
          />
        ) : null}
      </Stack>
    </Confirm>
  )
}
