/** Every host with the keys that it is trusted by. */
import { Group, SegmentedControl, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import { post } from '../../../api/client.ts'
import { useChange, useList } from '../../../api/hooks.ts'
import type { Host } from '../../../api/types.ts'
import { ActButton } from '../../../parts/act-button.tsx'
import { Confirm } from '../../../parts/confirm.tsx'
import { FilterBox } from '../../../parts/filter-box.tsx'
import { ListFoot } from '../../../parts/list-foot.tsx'
import { Mark } from '../../../parts/mark.tsx'
import { OfOwnStores } from '../../../parts/none-of-yours.tsx'
import { EmptyNotice, LoadingNotice, ProblemNotice } from '../../../parts/notices.tsx'
import { Moment } from '../../../parts/values.tsx'
import { useParam } from '../../../route-params.ts'
import { useWords } from '../../../words/language.ts'
import { Fingerprint } from './fingerprint.tsx'
import { HostName, useHostName } from './host-name.tsx'

const views = ['all', 'unpinned', 'several', 'changed'] as const
const PAGE = 100

export function PinnedKeys() {
  const { t } = useWords()
  const [filter] = useParam('filter')
  const [state, setState] = useParam('state')
  const view = views.find((one) => one === state) ?? 'all'
  const list = useList<Host>(
    '/host-keys',
    { filter, state: view === 'all' ? undefined : view, limit: PAGE },
    { topics: ['hostKeys', 'enrolments', 'stores', 'devices'] },
  )
  return (
    <Stack gap="sm">
      <Group gap="sm">
        <SegmentedControl
          size="xs"
          aria-label={t('settings.hosts.which')}
          value={view}
          onChange={(next) => setState(next === 'all' ? undefined : next)}
          data={views.map((one) => ({ value: one, label: t(`settings.hosts.views.${one}`) }))}
        />
        <FilterBox />
      </Group>
      <PinnedRows list={list} />
      <ListFoot list={list} />
    </Stack>
  )
}

function PinnedRows({ list }: { readonly list: ReturnType<typeof useList<Host>> }) {
  const { t } = useWords()
  if (list.error !== null && list.rows.length === 0)
    return <ProblemNotice error={list.error} onAgain={list.again} />
  if (list.isLoading) return <LoadingNotice />
  if (list.rows.length === 0)
    return (
      <OfOwnStores>
        <EmptyNotice title={t('common.nothingFound')} hint={t('common.nothingFoundHint')} />
      </OfOwnStores>
    )
  return (
    <div className="settings-scroll">
      <table className="settings-table" aria-label={t('settings.hosts.tabs.pinned')}>
        <thead>
          <tr>
            <th scope="col">{t('settings.hosts.host')}</th>
            <th scope="col">{t('settings.hosts.keys')}</th>
            <th scope="col">{t('settings.hosts.notes')}</th>
          </tr>
        </thead>
        <tbody>
          {list.rows.map((host) => (
            <tr key={host.id} data-host={host.cashId ?? host.store}>
              <th scope="row">
                <HostName {...host} />
              </th>
              <td>
                <Keys host={host} />
              </td>
              <td>
                {host.changed ? (
                  <Mark tone="dead" glyph="bang" label={t('settings.hosts.views.changed')} />
                ) : null}
                {host.legacyAlgorithms ? (
                  <Mark tone="warn" glyph="question" label={t('settings.hosts.legacy')} />
                ) : null}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Keys({ host }: { readonly host: Host }) {
  const { t } = useWords()
  const name = useHostName()(host)
  const [retiring, setRetiring] = useState<string>()
  if (host.keys.length === 0)
    return (
      <Mark
        tone="warn"
        glyph="question"
        label={t('settings.hosts.noKeys')}
        hint={t('settings.hosts.noKeysHint')}
      />
    )
  return (
    <ul className="settings-pins">
      {host.keys.map(({ type, bits, fingerprint, confirmedAt }) => (
        <li key={fingerprint}>
          <Fingerprint value={fingerprint} />
          <span className="settings-quiet">{bits === null ? type : `${type} ${bits}`}</span>
          <span className="settings-quiet">
            {confirmedAt === null ? (
              t('settings.hosts.fromFile')
            ) : (
              <>
                {t('settings.hosts.confirmedAt')} <Moment at={confirmedAt} />
              </>
            )}
          </span>
          {host.keys.length < 2 ? null : (
            <ActButton
              permission="hosts.enrol"
              label={t('settings.hosts.retireOf', { type, name })}
              onClick={() => setRetiring(fingerprint)}
            >
              {t('settings.hosts.retire')}
            </ActButton>
          )}
        </li>
      ))}
      {retiring === undefined ? null : (
        <RetireKey host={host} fingerprint={retiring} onClose={() => setRetiring(undefined)} />
      )}
    </ul>
  )
}

interface RetireKeyProps {
  readonly host: Host
  readonly fingerprint: string
  readonly onClose: () => void
}
function RetireKey({ host, fingerprint, onClose }: RetireKeyProps) {
  const { t } = useWords()
  const name = useHostName()(host)
  const { store, cashId } = host
  const retire = useChange(
    () => post('/host-keys/retire', { ...(cashId === null ? { store } : { cashId }), fingerprint }),
    ['hostKeys', 'stores', 'devices'],
  )
  return (
    <Confirm
      isOpen
      title={t('settings.hosts.retireTitle')}
      yes={t('settings.hosts.retire')}
      isDangerous
      isBusy={retire.isPending}
      error={retire.error}
      onYes={() => retire.mutate(undefined, { onSuccess: onClose })}
      onClose={onClose}
    >
      <Text size="sm">{t('settings.hosts.retireMeans', { name })}</Text>
      <Fingerprint value={fingerprint} />
    </Confirm>
  )
}
