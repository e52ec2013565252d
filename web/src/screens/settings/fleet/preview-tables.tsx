/** What a file would add, change and take out: all of it, row by row. */
import type { ReactNode } from 'react'
import type { FleetPreview } from '../../../api/types.ts'
import { type Column, ListTable } from '../../../parts/list-table.tsx'
import { Mark, type Tone } from '../../../parts/mark.tsx'
import { useWords } from '../../../words/language.ts'
import { localList } from '../local-list.ts'
import { type ChangedField, type FieldChange, fieldsOf, type Line, linesOf, type Outcome } from './lines.ts'

const signs = {
  added: ['good', 'check'],
  changed: ['busy', 'back'],
  removed: ['bad', 'cross'],
} as const satisfies Record<Outcome, readonly [Tone, string]>

export function PreviewTables({ preview }: { readonly preview: FleetPreview }) {
  return (
    <>
      <Lines outcome="added" lines={linesOf(preview, 'added')} />
      <Changes lines={linesOf(preview, 'changed')} />
      <Lines outcome="removed" lines={linesOf(preview, 'removed')} />
    </>
  )
}

interface PanelProps {
  readonly outcome: Outcome
  readonly count: number
  readonly children: ReactNode
}
function Panel({ outcome, count, children }: PanelProps) {
  const { t } = useWords()
  const [tone, glyph] = signs[outcome]
  return (
    <section className="settings-panel" aria-label={t(`settings.fleet.${outcome}`)}>
      <h2 className="settings-panel-title">
        <Mark tone={tone} glyph={glyph} label={`${t(`settings.fleet.${outcome}`)}: ${count}`} />
      </h2>
      {children}
    </section>
  )
}

function useWhoColumns<T>(lineOf: (row: T) => Line): readonly Column<T>[] {
  const { t } = useWords()
  return [
    {
      id: 'kind',
      title: t('settings.fleet.kind'),
      width: '100px',
      cell: (row) => t(`settings.fleet.${lineOf(row).kind}`),
    },
    { id: 'code', title: t('settings.fleet.code'), width: '130px', cell: (row) => lineOf(row).code },
    { id: 'store', title: t('shell.store'), width: '110px', cell: (row) => lineOf(row).store },
    {
      id: 'name',
      title: t('settings.fleet.name'),
      width: 'minmax(150px, 1fr)',
      cell: (row) => <span title={lineOf(row).name}>{lineOf(row).name}</span>,
    },
  ]
}

function Lines({ outcome, lines }: { readonly outcome: Outcome; readonly lines: readonly Line[] }) {
  const { t } = useWords()
  const who = useWhoColumns<Line>((line) => line)
  if (lines.length === 0) return null
  const returning: Column<Line> = {
    id: 'returns',
    title: t('settings.fleet.note'),
    width: 'minmax(160px, 1fr)',
    cell: ({ returns }) => (returns ? t('settings.fleet.returns') : ''),
  }
  return (
    <Panel outcome={outcome} count={lines.length}>
      <ListTable
        label={t(`settings.fleet.${outcome}`)}
        list={localList(lines)}
        columns={lines.some(({ returns }) => returns) ? [...who, returning] : who}
        keyOf={({ kind, code }) => `${kind} ${code}`}
        nameOf={({ name }) => name}
      />
    </Panel>
  )
}

function Changes({ lines }: { readonly lines: readonly Line[] }) {
  const { t } = useWords()
  const shown = useFieldValue()
  const who = useWhoColumns<ChangedField>(({ line }) => line)
  if (lines.length === 0) return null
  const columns: readonly Column<ChangedField>[] = [
    ...who,
    {
      id: 'field',
      title: t('settings.fleet.field'),
      width: 'minmax(140px, 0.8fr)',
      cell: ({ change: { field } }) => t(`settings.fields.${field}`, { defaultValue: field }),
    },
    {
      id: 'values',
      title: t('settings.fleet.beforeAfter'),
      width: 'minmax(220px, 1.6fr)',
      cell: ({ change }) => {
        const [before, after] = [shown(change, change.before), shown(change, change.after)]
        return (
          <span className="settings-change" title={`${before} → ${after}`}>
            <del>{before}</del> → <ins>{after}</ins>
          </span>
        )
      },
    },
  ]
  return (
    <Panel outcome="changed" count={lines.length}>
      <ListTable
        label={t('settings.fleet.changed')}
        list={localList(fieldsOf(lines))}
        columns={columns}
        keyOf={({ line, change }) => `${line.kind} ${line.code} ${change.field}`}
        nameOf={({ line }) => line.name}
      />
    </Panel>
  )
}

function useFieldValue(): (change: FieldChange, value: unknown) => string {
  const { t } = useWords()
  return ({ field }, value) => {
    if (value === null || value === undefined || value === '') return t('settings.fleet.nothing')
    if (field === 'kind') return t(`settings.kinds.${String(value)}`, { defaultValue: String(value) })
    if (typeof value === 'boolean') return value ? t('common.yes') : t('common.no')
    if (Array.isArray(value)) return value.length === 0 ? t('settings.fleet.nothing') : value.join(', ')
    return typeof value === 'object' ? JSON.stringify(value) : String(value)
  }
}
