/** What stands above the list: the download of the whole store, and what is done with ticked rows. */
import { ActButton } from '../../parts/act-button.tsx'
import { Glyph } from '../../parts/glyph.tsx'
import { useSetParams } from '../../route-params.ts'
import { useWords } from '../../words/language.ts'

export function StoreDownloads() {
  const { t } = useWords()
  const set = useSetParams()
  return (
    <span className="tills-actions">
      <span>{t('tills.storeDownloads')}</span>
      <ActButton
        permission="commands.send"
        leftSection={<Glyph name="play" size={12} />}
        onClick={() => set({ kind: 'downloadStart' })}
      >
        {t('tills.start')}
      </ActButton>
      <ActButton
        permission="commands.send"
        leftSection={<Glyph name="stop" size={12} />}
        onClick={() => set({ kind: 'downloadStop' })}
      >
        {t('tills.stop')}
      </ActButton>
    </span>
  )
}

const actions = ['message', 'closeShift', 'autoUpdate'] as const

export function TickedActions({ count }: { readonly count: number }) {
  const { t } = useWords()
  const set = useSetParams()
  return (
    // biome-ignore lint/a11y/useSemanticElements: buttons in a row, no fields
    <span className="tills-actions" role="group" aria-label={t('tills.ofTicked')}>
      {actions.map((kind) => (
        <ActButton
          key={kind}
          permission="commands.send"
          why={count === 0 ? t('tills.tickFirst') : undefined}
          onClick={() => set({ kind })}
        >
          {t(`tills.${kind}`)}
        </ActButton>
      ))}
      {count === 0 ? null : <span className="tills-ticked">{t('common.selected', { count })}</span>}
    </span>
  )
}
