/** How many devices fit the conditions, as the server counts them. */
import { Text } from '@mantine/core'
import { useAnswer } from '../../api/hooks.ts'
import type { Counts } from '../../api/types.ts'
import { formatCount } from '../../format/money.ts'
import { Answered } from '../../parts/notices.tsx'
import { useWords } from '../../words/language.ts'
import type { Draft } from './draft.ts'
import { selectionBody } from './targets-draft.ts'
import { textsIn } from './texts-in.ts'

const MAX_FILTER = 1000
const MAX_VALUES = 50
const FIELDS = {
  groups: 'group',
  labels: 'label',
  stores: 'store',
  kinds: 'kind',
  versions: 'version',
  cashIds: 'cashId',
} as const

const quoted = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`

/** The selection in the lists' filter language; undefined: it is longer than a filter may be, or leaves some out. */
function filterOf(draft: Pick<Draft, 'targets'>): string | undefined {
  const selection = selectionBody(draft)
  if (selection.exclude !== undefined) return undefined
  let values = 0
  const terms = Object.entries(FIELDS).flatMap(([member, field]) => {
    const names = selection[member]
    if (!Array.isArray(names)) return []
    values += names.length
    return [`${field}:${names.map((one) => (field === 'version' ? one : quoted(String(one)))).join(',')}`]
  })
  const filter = ['-kind:priceChecker', ...terms].join(' ')
  return values > MAX_VALUES - 1 || filter.length > MAX_FILTER ? undefined : filter
}

export function Matched({ draft }: { readonly draft: Draft }) {
  const { t } = useWords()
  const isNobody = draft.targets.by === 'list' && textsIn(draft.targets.cashIds).length === 0
  const filter = filterOf(draft)
  return (
    <aside className="wizard-matched" aria-label={t('wizard.targets.matched')}>
      {isNobody ? (
        <div className="wizard-matched-total">{t('wizard.targets.nobody')}</div>
      ) : filter === undefined ? (
        <Text size="sm">{t('wizard.targets.byPlan')}</Text>
      ) : (
        <Counted filter={filter} />
      )}
      <Text size="xs" c="dimmed">
        {t('wizard.targets.matchedHint')}
      </Text>
    </aside>
  )
}

function Counted({ filter }: { readonly filter: string }) {
  const { t, language } = useWords()
  const counts = useAnswer<Counts>('/devices/counts', { by: 'kind', filter })
  return (
    <Answered answer={counts}>
      {({ total, counts: kinds }) => (
        <>
          <Text size="sm" c="dimmed">
            {t('wizard.targets.matched')}
          </Text>
          <div className="wizard-matched-total" role="status">
            {total === 0 ? t('wizard.targets.nobody') : t('wizard.device', { count: total })}
          </div>
          <dl className="wizard-pairs">
            {kinds.map(({ key, count }) => (
              <div key={key} className="wizard-pair">
                <dt>
                  {t(`wizard.kinds.${String(key)}` as 'wizard.kinds.till', { defaultValue: String(key) })}
                </dt>
                <dd className="number">{formatCount(language, count)}</dd>
              </div>
            ))}
          </dl>
        </>
      )}
    </Answered>
  )
}
