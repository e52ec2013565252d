/** Choices that operators make most, as terms of the filter in the address. */
import { NativeSelect } from '@mantine/core'
import { displayVersion } from '../../../../src/rollout/versions.ts'
import { useAnswer } from '../../api/hooks.ts'
import type { Counts } from '../../api/types.ts'
import { Glyph } from '../../parts/glyph.tsx'
import { useParam } from '../../route-params.ts'
import { useWords } from '../../words/language.ts'
import { quoted } from '../journal/kinds.ts'
import { hasTerm, setTerm, termOf } from './terms.ts'

const quick = [
  ['quickOnline', 'reach', 'answers'],
  ['quickOffline', 'reach', 'silent,never'],
  ['quickShift', 'shift', 'open'],
  ['quickAuto', 'autoUpdate', 'yes'],
  ['quickNoHost', 'host', 'none'],
] as const

export function QuickFilters({ code }: { readonly code: string }) {
  const { t } = useWords()
  const [filter = '', setFilter] = useParam('filter')
  const write = (next: string) => setFilter(next === '' ? undefined : next)
  const versions = useAnswer<Counts>(
    '/devices/counts',
    { by: 'version', filter: `store:${quoted(code)} kind:till,selfCheckout` },
    { topics: [`stores:${code}`] },
  )
  const known = (versions.data?.counts ?? []).flatMap(({ key }) => (key === null ? [] : [String(key)])).sort()
  return (
    <fieldset className="tills-quick" aria-label={t('tills.quick')}>
      {quick.map(([word, field, value]) => {
        const isOn = hasTerm(filter, field, value)
        return (
          <button
            key={word}
            type="button"
            className="tills-chip"
            aria-pressed={isOn}
            onClick={() => write(setTerm(filter, field, isOn ? undefined : value))}
          >
            {isOn ? <Glyph name="check" size={12} /> : null}
            {t(`tills.${word}`)}
          </button>
        )
      })}
      <NativeSelect
        size="xs"
        className="tills-versions"
        aria-label={t('tills.quickVersion')}
        value={termOf(filter, 'version') ?? ''}
        onChange={(event) => write(setTerm(filter, 'version', event.currentTarget.value || undefined))}
        data={[
          { value: '', label: t('tills.anyVersion') },
          ...known.map((digits) => ({
            value: digits,
            label: t('tills.packageOption', { display: displayVersion(Number(digits)), digits }),
          })),
          { value: 'none', label: t('tills.noData') },
        ]}
      />
    </fieldset>
  )
}
