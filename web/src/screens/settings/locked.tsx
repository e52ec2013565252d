import { EmptyNotice } from '../../parts/notices.tsx'
import { useWords } from '../../words/language.ts'

/** In the place of a section that the one who looks may not use. */
export function Locked({ why }: { readonly why: string }) {
  const { t } = useWords()
  return <EmptyNotice glyph="lock" title={why} hint={t('common.noPermissionHint')} />
}
