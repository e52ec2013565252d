/** The list as it will be, before its rows are known: its head and its place, so that nothing jumps. */
import { useWords } from '../words/language.ts'

interface SkeletonProps {
  readonly titles: readonly string[]
  /** Of the grid, as the list itself has it. */
  readonly template: string
}
const rows = [0, 1, 2, 3, 4, 5, 6, 7]

export function ListSkeleton({ titles, template }: SkeletonProps) {
  const { t } = useWords()
  const columns = template.split(/ (?![^(]*\))/).length
  const blank = Array.from({ length: columns }, (_, at) => at)
  const shift = columns - titles.length
  return (
    <div className="list skeleton" role="status" aria-label={t('common.loading')}>
      <div className="list-scroll">
        <div className="list-row list-head" aria-hidden="true" style={{ gridTemplateColumns: template }}>
          {blank.map((at) => (
            <div key={at} className="list-cell">
              {titles[at - shift] ?? ''}
            </div>
          ))}
        </div>
        {rows.map((row) => (
          <div key={row} className="list-row" aria-hidden="true" style={{ gridTemplateColumns: template }}>
            {blank.map((at) => (
              <div key={at} className="list-cell">
                <span className="blank" />
              </div>
            ))}
          </div>
        ))}
      </div>
    </div>
  )
}
