import { useWords } from '../../../words/language.ts'

export interface HostNames {
  readonly store: string
  readonly cashId: string | null
  readonly host?: string | null
  readonly port?: number | null
}

/** `M1 · сервер магазина`, `M1 · касса 50001002`. */
export function useHostName(): (host: HostNames) => string {
  const { t } = useWords()
  return ({ store, cashId }) =>
    cashId === null ? t('settings.hosts.ofStore', { store }) : t('settings.hosts.ofDevice', { store, cashId })
}

export function HostName(host: HostNames) {
  const name = useHostName()
  return (
    <span className="settings-host-name">
      <strong>{name(host)}</strong>
      {host.host == null ? null : (
        <span className="settings-address">{`${host.host}:${host.port ?? 22}`}</span>
      )}
    </span>
  )
}
