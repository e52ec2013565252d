import { displayVersion } from '../../../../src/rollout/versions.ts'
import type { Outlook } from '../../api/types.ts'
import { formatCount } from '../../format/money.ts'
import { Mark } from '../../parts/mark.tsx'
import { useWords } from '../../words/language.ts'
import type { GroupHead, Grouping } from './layout.ts'

interface GroupProps {
  readonly head: GroupHead
  readonly by: Grouping
  readonly rollouts: Outlook['rollouts']
}

function useGroupName({ head, by, rollouts }: GroupProps): string {
  const { t } = useWords()
  const { value, rollout } = head
  if (by === 'none') return ''
  if (value === null) return t(`board.without.${by}`)
  if (by === 'version') return t('board.version', { display: displayVersion(Number(value)), digits: value })
  if (by !== 'wave') return value
  const name = rollouts.length > 1 ? rollouts.find(({ id }) => id === rollout)?.name : undefined
  return name === undefined
    ? t('board.wave', { number: value })
    : t('board.waveOf', { number: value, rollout: name })
}

export function GroupRow(props: GroupProps) {
  const { t, language } = useWords()
  const { stores, devices, trouble, row } = props.head
  const name = useGroupName(props)
  return (
    // biome-ignore lint/a11y: a grid of thousands, not a table
    <div role="row" className="chain-group" aria-rowindex={row}>
      {/* biome-ignore lint/a11y: as above */}
      <span role="rowheader" className="chain-group-name">
        <strong>{name}</strong>
        <span className="chain-quiet">
          {t('board.groupSize', {
            stores: formatCount(language, stores),
            devices: formatCount(language, devices),
          })}
        </span>
        {trouble === 0 ? null : (
          <Mark tone="bad" glyph="bang" label={t('board.groupTrouble', { count: trouble })} />
        )}
      </span>
    </div>
  )
}
