import { Text } from '@mantine/core'
import type { Confirmed } from '../../../api/types.ts'
import { Mark } from '../../../parts/mark.tsx'
import { useWords } from '../../../words/language.ts'
import { useHostName } from './host-name.tsx'

const SHOWN = 20

/** Hosts that stay as they are: not on the list, or, which is another matter, on it with another key. */
export function PassedOver({ rows }: { readonly rows: Confirmed['passedOver'] }) {
  const { t } = useWords()
  const name = useHostName()
  const other = rows.filter(({ inFile }) => inFile.length > 0)
  if (rows.length === 0) return null
  const missing = rows.length - other.length
  return (
    <div className="settings-passed">
      {other.length === 0 ? null : (
        <div>
          <Mark tone="dead" glyph="bang" label={t('settings.enrol.fileOther', { count: other.length })} />
          <Text size="sm">
            {other.slice(0, SHOWN).map(name).join('; ')}
            {other.length > SHOWN ? ` ${t('settings.enrol.andMore', { count: other.length - SHOWN })}` : null}
          </Text>
        </div>
      )}
      {missing === 0 ? null : (
        <Mark tone="off" glyph="dash" label={t('settings.enrol.fileMissing', { count: missing })} />
      )}
    </div>
  )
}
