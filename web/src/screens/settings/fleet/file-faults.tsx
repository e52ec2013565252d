/** Everything that is wrong with a file, at once: where, what, and in which words. */
import { Code, Text } from '@mantine/core'
import type { ApiProblem, Fault } from '../../../api/problem.ts'
import { type Column, ListTable } from '../../../parts/list-table.tsx'
import { Mark } from '../../../parts/mark.tsx'
import { useProblemText } from '../../../parts/notices.tsx'
import { useWords } from '../../../words/language.ts'
import { localList } from '../local-list.ts'

/** `12:4`; a line alone where no more is known. */
const placeOf = ({ line, column }: Fault): string | undefined =>
  line === undefined ? undefined : column === undefined ? `${line}` : `${line}:${column}`

export const isOfFile = ({ errors }: ApiProblem): boolean =>
  errors.length > 0 && errors.every(({ detail }) => detail !== undefined)

export function FileFaults({ problem }: { readonly problem: ApiProblem }) {
  const { t } = useWords()
  const text = useProblemText()
  const inAll =
    typeof problem.more.errorsInAll === 'number' ? problem.more.errorsInAll : problem.errors.length
  const columns: readonly Column<readonly [Fault, number]>[] = [
    {
      id: 'place',
      title: t('settings.fleet.place'),
      width: '110px',
      align: 'end',
      cell: ([fault]) => <span className="number">{placeOf(fault) ?? t('settings.fleet.wholeFile')}</span>,
    },
    {
      id: 'field',
      title: t('settings.fleet.field'),
      width: 'minmax(120px, 0.8fr)',
      cell: ([{ path }]) => <span title={path}>{path === '' ? '—' : path}</span>,
    },
    {
      id: 'value',
      title: t('settings.fleet.value'),
      width: 'minmax(110px, 0.8fr)',
      cell: ([{ value }]) => (value === undefined ? '—' : <Code title={value}>{value}</Code>),
    },
    {
      id: 'wrong',
      title: t('settings.fleet.wrong'),
      width: 'minmax(280px, 2fr)',
      cell: ([{ code, detail }]) => (
        <span title={detail}>
          {t(`problems.${code}`, { defaultValue: code })}{' '}
          <Text span size="xs" c="dimmed">
            {code}
          </Text>
        </span>
      ),
    },
  ]
  return (
    <section className="settings-panel" data-tone="bad" aria-label={t('settings.fleet.faults')}>
      <div role="alert">
        <Mark tone="bad" glyph="bang" label={t('settings.fleet.faultCount', { count: inAll })} />
        <Text size="sm">
          {t('settings.fleet.nothingChanged')}{' '}
          <Text span size="xs" c="dimmed">
            {t('common.code')} <Code>{problem.code}</Code> · {text(problem)}
          </Text>
        </Text>
      </div>
      <ListTable
        label={t('settings.fleet.faults')}
        list={localList(
          problem.errors.map((fault, index) => [fault, index] as const),
          inAll,
        )}
        columns={columns}
        keyOf={([, index]) => String(index)}
        nameOf={([fault]) => fault.code}
      />
    </section>
  )
}
