/** Where one till of a rollout stands: its state, why, what one does about it and who, and its times. */
import type { ReactNode } from 'react'
import { isReason, reasonRule } from '../../../../src/rollout/reasons.ts'
import type { DeviceUpdateWhole } from '../../api/types.ts'
import { UpdateMark, useReason } from '../../parts/mark.tsx'
import { Moment, Version } from '../../parts/values.tsx'
import { useWords } from '../../words/language.ts'

interface FactProps {
  readonly label: string
  readonly children: ReactNode
}
function Fact({ label, children }: FactProps) {
  return (
    <div className="terminal-row">
      <dt>{label}</dt>
      <dd>
        <span className="terminal-value">{children}</span>
      </dd>
    </div>
  )
}

interface UpdateProps {
  readonly update: DeviceUpdateWhole
}
export function UpdateFacts({ update }: UpdateProps) {
  const { t } = useWords()
  const { device, store, from, to, wave, createdAt, updatedAt, finishedAt, attemptsSpent } = update
  const zone = store.timeZone
  return (
    <>
      <div className="rollout-update-head">
        <b>{`${device.name} · ${device.cashId}`}</b>
        <UpdateMark state={update.state} />
      </div>
      <Reason update={update} />
      <dl className="terminal-rows">
        <Fact label={t('rollout.update.store')}>
          <span>{`${store.code} · ${store.name}`}</span>
          <span className="number">{store.phone ?? t('rollout.update.noPhone')}</span>
        </Fact>
        <Fact label={t('rollout.update.versions')}>
          <span>
            {from === null ? t('rollout.fromUnknown') : <Version digits={from.full} />}
            {' → '}
            {to === null ? t('rollout.fromUnknown') : <Version digits={to.full} />}
          </span>
        </Fact>
        <Fact label={t('rollout.update.wave')}>{wave}</Fact>
        <Waits update={update} />
        <Fact label={t('rollout.update.spent')}>{attemptsSpent}</Fact>
        <Fact label={t('rollout.update.began')}>
          <Moment at={createdAt} zone={zone} />
        </Fact>
        <Fact label={t(finishedAt === null ? 'rollout.update.changed' : 'rollout.update.ended')}>
          <Moment at={finishedAt ?? updatedAt} zone={zone} />
        </Fact>
        <Receipt update={update} />
      </dl>
    </>
  )
}

/** The state's own advice where there is no reason. */
function Reason({ update: { state, reason, reasonParams } }: UpdateProps) {
  const { t, core } = useWords()
  const known = useReason(reason)
  const { label, advice } = known ?? core.updateStates[state]
  const owner = reason !== null && isReason(reason) ? reasonRule(reason).owner : undefined
  const detail = reasonParams?.detail
  return (
    <div className="rollout-update-reason" data-reason={reason ?? 'none'}>
      <strong>{label}</strong>
      {advice === '' ? null : <span>{`${t('rollout.update.advice')}: ${advice}`}</span>}
      {reason === null ? null : (
        <span className="rollout-quiet">
          {t('rollout.who', {
            owner: owner === undefined ? t('rollout.ownerUnknown') : t(`rollout.owners.${owner}`),
          })}
        </span>
      )}
      {typeof detail === 'string' && detail !== '' ? (
        <span className="rollout-update-said">
          {`${t('rollout.update.said')}: `}
          <code>{detail}</code>
        </span>
      ) : null}
    </div>
  )
}

/** Of one that has not ended. */
function Waits({ update }: UpdateProps) {
  const { t } = useWords()
  const { finishedAt, waitsFor, waitsUntil, notBefore, reason, store } = update
  const words = useReason(finishedAt === null && waitsFor !== reason ? waitsFor : null)
  if (finishedAt !== null) return null
  const label = waitsFor === 'storeLimit' ? t('rollout.waits.storeLimit') : words?.label
  const at = waitsUntil ?? (waitsFor === 'backoff' ? notBefore : null)
  if (label === undefined && at === null) return null
  return (
    <Fact label={t('rollout.update.waits')}>
      {label === undefined ? null : <span title={words?.advice}>{label}</span>}
      {at === null ? null : (
        <span>
          {t(waitsFor === 'backoff' ? 'rollout.update.again' : 'rollout.update.until')}{' '}
          <Moment at={at} zone={store.timeZone} />
        </span>
      )}
    </Fact>
  )
}

/** That it sells again is known by its first receipt. */
function Receipt({ update: { state, confirmedAt, store } }: UpdateProps) {
  const { t } = useWords()
  if (state !== 'succeeded') return null
  return (
    <Fact label={t('rollout.update.receipt')}>
      {confirmedAt === null ? (
        t('rollout.update.noReceipt')
      ) : (
        <Moment at={confirmedAt} zone={store.timeZone} />
      )}
    </Fact>
  )
}
