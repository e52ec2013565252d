/** Words of packages that several parts of the screen say. */
import type { Package } from '../../api/types.ts'
import { serverNow } from '../../format/now.ts'
import { formatMoment, viewerZone } from '../../format/time.ts'
import type { GlyphName } from '../../parts/glyph.tsx'
import type { Tone } from '../../parts/mark.tsx'
import { useWords } from '../../words/language.ts'

export const packageKinds = ['till', 'selfCheckout', 'storeServer'] as const
export type PackageKind = (typeof packageKinds)[number]

export function useKindName(): (kind: Package['kind']) => string {
  const { t } = useWords()
  return (kind) => t(`packages.kinds.${kind}`)
}

export const isExpired = ({ expiresAt }: Pick<Package, 'expiresAt'>): boolean =>
  expiresAt !== null && Date.parse(expiresAt) <= serverNow()

interface Said {
  readonly tone: Tone
  readonly glyph: GlyphName
  readonly label: string
  readonly hint?: string | undefined
}

/** Who signed it; that it may be believed is judged anew for a single one. */
export function useSigner(): (one: Package) => Said {
  const { t } = useWords()
  return (one) => {
    if (!one.signed) return { tone: 'warn', glyph: 'bang', label: t('packages.unsigned') }
    const label = one.signer ?? ''
    const hint = `${t('packages.signedBy', { name: label })}\n${one.signerKey ?? ''}`
    return { tone: 'good', glyph: 'check', label, hint }
  }
}

export function useUse(): (one: Package) => Said {
  const { t, language } = useWords()
  return ({ retiredAt }) => {
    if (retiredAt === null) return { tone: 'calm', glyph: 'check', label: t('packages.use') }
    const when = formatMoment(language, new Date(retiredAt), viewerZone())
    return {
      tone: 'off',
      glyph: 'stop',
      label: t('packages.retired'),
      hint: t('packages.retiredSince', { when }),
    }
  }
}
