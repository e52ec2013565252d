/** What the board shows, and how. All of it is in the address. */
import { Button, Group, NativeSelect, SegmentedControl } from '@mantine/core'
import type { Outlook } from '../../api/types.ts'
import { FilterBox } from '../../parts/filter-box.tsx'
import { Glyph } from '../../parts/glyph.tsx'
import { useParam } from '../../route-params.ts'
import { useWords } from '../../words/language.ts'
import { type Grouping, groupings } from './layout.ts'

interface ToolbarProps {
  readonly by: Grouping
  readonly isLarge: boolean
  readonly rollouts: Outlook['rollouts']
  readonly isOutOfOrder: boolean
  readonly onArrange: () => void
}
/** The page's own help listens to it. */
const askHelp = () => document.dispatchEvent(new KeyboardEvent('keydown', { key: '?', cancelable: true }))

export function Toolbar({ by, isLarge, rollouts, isOutOfOrder, onArrange }: ToolbarProps) {
  const { t } = useWords()
  const [, setBy] = useParam('by')
  const [, setView] = useParam('view')
  const [rollout, setRollout] = useParam('rollout')
  const isOther = rollout !== undefined && !rollouts.some(({ id }) => id === rollout)
  return (
    <Group gap="xs" className="chain-tools">
      <NativeSelect
        size="xs"
        aria-label={t('board.by')}
        value={by}
        onChange={(event) => {
          const next = event.currentTarget.value
          setBy(next === 'none' ? undefined : next)
        }}
        data={groupings.map((one) => ({ value: one, label: t(`board.groupings.${one}`) }))}
      />
      <NativeSelect
        size="xs"
        className="chain-rollouts"
        aria-label={t('board.rollout')}
        value={rollout ?? ''}
        onChange={(event) => setRollout(event.currentTarget.value || undefined)}
        data={[
          { value: '', label: t('board.wholeChain') },
          ...rollouts.map(({ id, name }) => ({ value: id, label: name })),
          ...(isOther ? [{ value: rollout, label: rollout }] : []),
        ]}
      />
      <FilterBox />
      <SegmentedControl
        size="xs"
        aria-label={t('board.zoom')}
        value={isLarge ? 'large' : 'compact'}
        onChange={setView}
        data={(['compact', 'large'] as const).map((one) => ({ value: one, label: t(`board.views.${one}`) }))}
      />
      <Button
        size="xs"
        variant="light"
        className="chain-arrange"
        data-hidden={!isOutOfOrder || undefined}
        disabled={!isOutOfOrder}
        onClick={onArrange}
        title={t('board.arrangeHint')}
      >
        {t('board.arrange')}
      </Button>
      <Button size="xs" variant="subtle" ml="auto" leftSection={<Glyph name="question" />} onClick={askHelp}>
        {t('board.keys')}
      </Button>
    </Group>
  )
}
