import { Code, Radio, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import { post } from '../../../api/client.ts'
import { useChange } from '../../../api/hooks.ts'
import type { Confirmed } from '../../../api/types.ts'
import { Confirm } from '../../../parts/confirm.tsx'
import { Mark } from '../../../parts/mark.tsx'
import { useWords } from '../../../words/language.ts'
import { Fingerprint } from './fingerprint.tsx'
import { useHostName } from './host-name.tsx'
import type { Confirmation } from './use-compared.ts'

interface ConfirmKeysProps {
  readonly confirmations: readonly Confirmation[]
  readonly onClose: () => void
}
const SHOWN = 12

/** Says what will be trusted before it is, and what could not be pinned after. */
export function ConfirmKeys({ confirmations, onClose }: ConfirmKeysProps) {
  const { t } = useWords()
  const name = useHostName()
  const [mode, setMode] = useState<'replace' | 'add'>('replace')
  const pin = useChange(
    () =>
      post<Confirmed>('/enrolments/confirm', {
        enrolments: confirmations.map(({ row, fingerprints }) => ({ id: row.id, fingerprints, mode })),
      }),
    ['enrolments', 'hostKeys', 'stores', 'devices'],
  )
  const failed = pin.data?.notConfirmed ?? []
  const run = () =>
    pin.mutate(undefined, { onSuccess: ({ notConfirmed }) => notConfirmed.length === 0 && onClose() })
  const keys = confirmations.reduce((sum, { fingerprints }) => sum + fingerprints.length, 0)
  const hasFormer = confirmations.some(({ row }) => row.pinned.length > 0)
  const changed = confirmations.filter(({ row }) => row.verdict === 'changed')
  return (
    <Confirm
      isOpen
      title={t('settings.enrol.confirmTitle')}
      yes={t('settings.enrol.confirm')}
      isDangerous={changed.length > 0}
      isBusy={pin.isPending}
      isAllowed={confirmations.length > 0 && pin.data === undefined}
      error={pin.error}
      onYes={run}
      onClose={onClose}
    >
      <Text size="sm">
        {t('settings.enrol.confirmKeys', { count: keys })}{' '}
        {t('settings.enrol.confirmHosts', { count: confirmations.length })} {t('settings.enrol.confirmMeans')}
      </Text>
      <Stack gap={4}>
        {confirmations.slice(0, SHOWN).map(({ row, fingerprints }) => (
          <div key={row.id}>
            <Text size="sm" fw={600}>
              {name(row)}
            </Text>
            {fingerprints.map((one) => (
              <Fingerprint key={one} value={one} />
            ))}
          </div>
        ))}
        {confirmations.length > SHOWN ? (
          <Text size="sm">{t('settings.enrol.andMore', { count: confirmations.length - SHOWN })}</Text>
        ) : null}
      </Stack>
      {changed.length === 0 ? null : (
        <Mark
          tone="dead"
          glyph="bang"
          label={t('settings.enrol.confirmChanged', { count: changed.length })}
        />
      )}
      {hasFormer ? (
        <Radio.Group
          value={mode}
          onChange={(next) => setMode(next === 'add' ? 'add' : 'replace')}
          label={t('settings.enrol.mode')}
        >
          <Stack gap={6} mt={4}>
            <Radio value="replace" label={t('settings.enrol.replace')} />
            <Radio value="add" label={t('settings.enrol.add')} />
          </Stack>
        </Radio.Group>
      ) : null}
      {failed.map(({ id, code }) => {
        const row = confirmations.find((one) => one.row.id === id)?.row
        return (
          <Text key={id} size="sm" className="settings-bad" role="alert">
            {`${row === undefined ? id : name(row)}: ${t(`problems.${code ?? ''}`, { defaultValue: code ?? '' })}`}{' '}
            <Code>{code}</Code>
          </Text>
        )
      })}
    </Confirm>
  )
}
