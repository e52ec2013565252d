/** A retry of what failed: a frozen list of exactly whom, then just those; what changed meanwhile is left and told. */
import { Alert, Button, Group, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useId, useState } from 'react'
import { look, post } from '../../api/client.ts'
import { useChange } from '../../api/hooks.ts'
import type { Retried, RolloutWhole } from '../../api/types.ts'
import { formatClock, viewerZone } from '../../format/time.ts'
import { Glyph } from '../../parts/glyph.tsx'
import { Answered, ProblemNotice } from '../../parts/notices.tsx'
import { useWords } from '../../words/language.ts'
import { RetryFrame } from './retry-frame.tsx'
import { RetryLines } from './retry-lines.tsx'

type Preview = Extract<Retried, { preview: true }>
type Done = Exclude<Retried, { preview: true }>

export interface RetryOf {
  readonly states?: readonly string[]
  readonly reasons?: readonly string[]
  /** Only these tills. */
  readonly cashIds?: readonly string[]
}
interface DialogProps extends RetryOf {
  readonly rollout: RolloutWhole
  readonly onClose: () => void
}

/** Frozen when the dialog opens, and never asked for again: it is what the person saw. */
function usePreview(id: string, { states, reasons, cashIds }: RetryOf) {
  const key = useId()
  return useQuery({
    queryKey: ['retry preview', id, key],
    queryFn: async () => ({
      at: new Date(),
      preview: await look<Preview>(`/rollouts/${encodeURIComponent(id)}/retry`, {
        preview: true,
        ...(states && { states }),
        ...(reasons && { reasons }),
        ...(cashIds && { cashIds }),
      }),
    }),
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
    retry: false,
  })
}

function Result({ done, preview }: { readonly done: Done; readonly preview: Preview }) {
  const { t } = useWords()
  const lines = new Map([...preview.retries, ...preview.refused].map((one) => [one.id, one]))
  const refused = done.refused.flatMap(({ id, why }) => {
    const line = lines.get(id)
    return line === undefined ? [] : [{ ...line, why }]
  })
  return (
    <Stack gap="sm" role="status">
      <Text fw={600}>{t('rollout.retryDone', { count: done.retried.length })}</Text>
      {refused.length === 0 ? null : (
        <Alert color="yellow" title={t('rollout.retryRefused')} icon={<Glyph name="question" />}>
          <RetryLines lines={refused} label={t('rollout.retryRefused')} />
        </Alert>
      )}
    </Stack>
  )
}

function Shown({ preview, at }: { readonly preview: Preview; readonly at: Date }) {
  const { t, language } = useWords()
  const time = formatClock(language, at, viewerZone())
  const count = preview.retries.length
  return (
    <Stack gap="sm">
      <Text fw={600}>{count === 0 ? t('rollout.retryNobody') : t('rollout.retryWill', { count })}</Text>
      {count === 0 ? null : (
        <>
          <Text size="sm" c="dimmed">
            {t('rollout.retryFrozen', { time })}
          </Text>
          <RetryLines lines={preview.retries} label={t('rollout.retryTitle')} />
        </>
      )}
      {preview.refused.length === 0 ? null : (
        <>
          <Text size="sm" fw={600}>
            {t('rollout.retryNot')}
          </Text>
          <RetryLines lines={preview.refused} label={t('rollout.retryNot')} />
        </>
      )}
    </Stack>
  )
}

export function RetryDialog({ rollout, onClose, ...of }: DialogProps) {
  const { t } = useWords()
  const found = usePreview(rollout.id, of)
  const [done, setDone] = useState<Done>()
  const retry = useChange(
    ({ previewId, hash }: Preview) =>
      post<Done>(`/rollouts/${encodeURIComponent(rollout.id)}/retry`, { previewId, hash }),
    [`rollouts:${rollout.id}`, 'rollouts'],
  )
  const preview = found.data?.preview
  const isEmpty = preview === undefined || preview.retries.length === 0
  return (
    <RetryFrame onClose={onClose}>
      <Stack>
        <Answered answer={found}>
          {(data) =>
            done === undefined ? (
              <Shown preview={data.preview} at={data.at} />
            ) : (
              <Result done={done} preview={data.preview} />
            )
          }
        </Answered>
        {retry.error === null ? null : <ProblemNotice error={retry.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t(done === undefined ? 'common.cancel' : 'common.close')}
          </Button>
          {done === undefined ? (
            <Button
              disabled={isEmpty}
              loading={retry.isPending}
              onClick={() => preview && retry.mutate(preview, { onSuccess: setDone })}
              data-autofocus
            >
              {t('rollout.retryYes')}
            </Button>
          ) : null}
        </Group>
      </Stack>
    </RetryFrame>
  )
}
