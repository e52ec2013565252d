/** How far the packages are: one line per store, over its own line, with what keeps them. */
import { Anchor, Group, Switch, Table, Text } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import type { StorePackageState } from '../../../../src/rollout/states.ts'
import type { RolloutWhole } from '../../api/types.ts'
import { formatBytes, formatCount } from '../../format/money.ts'
import { StorePackageMark, useReason } from '../../parts/mark.tsx'
import { EmptyNotice } from '../../parts/notices.tsx'
import { Ago, Moment } from '../../parts/values.tsx'
import { useParam } from '../../route-params.ts'
import { useWords } from '../../words/language.ts'

type Held = RolloutWhole['storePackages'][number]

/** Trouble first, then what moves, then the rest by its store. */
const rank = ({ reason, state }: Held): number => (reason !== null ? 0 : state === 'present' ? 2 : 1)
const inOrder = (all: readonly Held[]): Held[] =>
  [...all].sort((a, b) => rank(a) - rank(b) || a.store.localeCompare(b.store, undefined, { numeric: true }))
/** More are found by their store. */
const MOST = 300

function Progress({ held, size }: { readonly held: Held; readonly size: number | undefined }) {
  const { t, language } = useWords()
  // The last bytes are not told one by one: what is there is there as a whole.
  const bytes = held.state === 'present' && size !== undefined ? size : held.doneBytes
  const done = formatBytes(language, bytes)
  const text =
    size === undefined ? done : t('rollout.packageProgress', { done, size: formatBytes(language, size) })
  return (
    <span className="rollout-progress">
      <progress value={bytes} max={size ?? Math.max(1, bytes)} aria-label={text} />
      <span className="number">{text}</span>
    </span>
  )
}

function Line({ held, rollout }: { readonly held: Held; readonly rollout: RolloutWhole }) {
  const { t, language } = useWords()
  const reason = useReason(held.reason)
  const size = held.packageId === rollout.package.id ? rollout.package.size : undefined
  return (
    <Table.Tr data-store={held.store}>
      <Table.Td>
        <Anchor component={Link} to={`/stores/${encodeURIComponent(held.store)}/server` as string} size="sm">
          {held.store}
        </Anchor>
      </Table.Td>
      <Table.Td>
        <StorePackageMark state={held.state as StorePackageState} />
      </Table.Td>
      <Table.Td>
        <Progress held={held} size={size} />
      </Table.Td>
      <Table.Td className="number">{formatBytes(language, held.wanBytes)}</Table.Td>
      <Table.Td title={reason?.advice}>{reason?.label}</Table.Td>
      <Table.Td className="number">{held.attempts}</Table.Td>
      <Table.Td>
        {held.notBefore === null ? null : (
          <>
            {t('rollout.nextAttempt', { time: '' })}
            <Moment at={held.notBefore} clock />
          </>
        )}
      </Table.Td>
      <Table.Td>
        <Ago at={held.updatedAt} />
      </Table.Td>
    </Table.Tr>
  )
}

export function StorePackages({ rollout }: { readonly rollout: RolloutWhole }) {
  const { t, language } = useWords()
  const [view, setView] = useParam('view')
  const isTrouble = view === 'trouble'
  const all = inOrder(rollout.storePackages)
  const withReason = all.filter((one) => one.reason !== null)
  const shown = isTrouble ? withReason : all
  if (all.length === 0) return <EmptyNotice title={t('rollout.packagesEmpty')} />
  const present = all.filter((one) => one.state === 'present').length
  return (
    <section aria-label={t('rollout.packages')}>
      <Group justify="space-between" className="rollout-section-head">
        <Text size="sm">
          {t('rollout.packagesDone', {
            present: formatCount(language, present),
            total: formatCount(language, all.length),
          })}
          {' · '}
          {t('rollout.packagesBytes', { bytes: formatBytes(language, rollout.wanBytes) })}
          {withReason.length === 0 ? '' : ' · '}
          {withReason.length === 0 ? '' : t('rollout.packagesTrouble', { total: withReason.length })}
        </Text>
        <Switch
          size="xs"
          label={t('rollout.showOnlyTrouble')}
          checked={isTrouble}
          onChange={(event) => setView(event.currentTarget.checked ? 'trouble' : undefined)}
        />
      </Group>
      <div className="rollout-table">
        <Table aria-label={t('rollout.packages')} verticalSpacing={4}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('rollout.columns.store')}</Table.Th>
              <Table.Th>{t('rollout.columns.state')}</Table.Th>
              <Table.Th>{t('rollout.columns.progress')}</Table.Th>
              <Table.Th>{t('rollout.columns.bytes')}</Table.Th>
              <Table.Th>{t('rollout.reason')}</Table.Th>
              <Table.Th>{t('rollout.columns.attempts')}</Table.Th>
              <Table.Th>{t('rollout.columns.next')}</Table.Th>
              <Table.Th>{t('rollout.columns.updated')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {shown.slice(0, MOST).map((held) => (
              <Line key={held.id} held={held} rollout={rollout} />
            ))}
          </Table.Tbody>
        </Table>
      </div>
      {shown.length > MOST ? (
        <Text size="sm" c="dimmed">
          {t('rollout.andMore', { total: formatCount(language, shown.length - MOST) })}
        </Text>
      ) : null}
    </section>
  )
}
