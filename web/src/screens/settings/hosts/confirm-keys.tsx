import { Code, Radio, Stack, Text } from '@mantine/core'
import { type ReactNode, useState } from 'react'
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
  /** What is not pinned, and why. */
  readonly children?: ReactNode
  readonly onDone?: (done: Confirmed) => void
}
/** Beyond so many a fingerprint is no more in groups, but for the eye that looks for one. */
const GROUPED = 100

/** Says what will be trusted before it is, and what could not be pinned after. */
export function ConfirmKeys({ confirmations, onClose, children, onDone }: ConfirmKeysProps) {
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
    pin.mutate(undefined, {
      onSuccess: (done) => {
        onDone?.(done)
        if (done.notConfirmed.length === 0) onClose()
      },
    })
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
      <WhatIsPinned confirmations={confirmations} />
      {children}
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

/** All of it: nothing is confirmed that was not shown. */
function WhatIsPinned({ confirmations }: Pick<ConfirmKeysProps, 'confirmations'>) {
  const { t } = useWords()
  const name = useHostName()
  const isGrouped = confirmations.length <= GROUPED
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolled region has to be reached by the keyboard
    <section className="settings-pinned-list" aria-label={t('settings.enrol.confirmList')} tabIndex={0}>
      {confirmations.map(({ row, fingerprints }) => (
        <div
          key={row.id}
          className="settings-pinned-host"
          data-changed={row.verdict === 'changed' || undefined}
        >
          <Text size="sm" fw={600} component="span">
            {name(row)}
          </Text>
          {row.verdict === 'changed' ? (
            <Mark tone="dead" glyph="bang" label={t('settings.enrol.verdicts.changed')} />
          ) : null}
          {fingerprints.map((one) =>
            isGrouped ? <Fingerprint key={one} value={one} /> : <code key={one}>{one}</code>,
          )}
        </div>
      ))}
    </section>
  )
}
