import { Alert, Code } from '@mantine/core'
import type { ReactNode } from 'react'
import { displayVersion } from '../../../../src/rollout/versions.ts'
import type { PackageWhole } from '../../api/types.ts'
import { formatBytes, formatCount } from '../../format/money.ts'
import { Glyph } from '../../parts/glyph.tsx'
import { Mark } from '../../parts/mark.tsx'
import { Moment } from '../../parts/values.tsx'
import { useWords } from '../../words/language.ts'
import { useUse } from './terms.ts'

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div className="packages-fact">
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

function useTraits({ needsServer, updatesTills, firmware, ffd }: PackageWhole): readonly string[] {
  const { t } = useWords()
  return [
    ...(needsServer ? [t('packages.facts.needsServer')] : []),
    ...(updatesTills ? [t('packages.facts.updatesTills')] : []),
    ...(firmware ? [t('packages.facts.firmware')] : []),
    ...(ffd.length > 0 ? [t('packages.facts.ffd', { formats: ffd.join(', ') })] : []),
  ]
}

/** Judged now, and not when it was uploaded: signers come and go. */
function Trust({ one: { trust, signed } }: { readonly one: PackageWhole }) {
  const { t } = useWords()
  if (trust.good)
    return (
      <Mark
        tone={signed ? 'good' : 'warn'}
        glyph={signed ? 'check' : 'bang'}
        label={t(signed ? 'packages.trustGood' : 'packages.trustUnsigned')}
      />
    )
  const why = t(`problems.${trust.code}` as 'problems.unsigned', { defaultValue: trust.code ?? '' })
  return (
    <Alert color="red" p="xs" icon={<Glyph name="bang" />} title={t('packages.trustBad', { why })}>
      <Code>{trust.code}</Code> {trust.detail}
    </Alert>
  )
}

const back = (canGoBack: boolean | null) =>
  canGoBack === null ? 'canGoBackUnknown' : canGoBack ? 'canGoBackYes' : 'canGoBackNo'

export function PackageFacts({ one }: { readonly one: PackageWhole }) {
  const { t, language } = useWords()
  const use = useUse()
  const traits = useTraits(one)
  const { minVersion } = one
  return (
    <dl className="packages-facts">
      <Fact name={t('packages.columns.state')}>
        <Mark {...use(one)} />
      </Fact>
      <Fact name={t('packages.facts.trust')}>
        <Trust one={one} />
      </Fact>
      <Fact name={t('packages.facts.digits')}>
        <Code>{one.version}</Code>
      </Fact>
      <Fact name={t('packages.facts.file')}>{one.fileName}</Fact>
      <Fact name={t('packages.facts.size')}>
        <span title={formatCount(language, one.size)}>{formatBytes(language, one.size)}</span>
      </Fact>
      <Fact name={t('packages.facts.minVersion')}>
        {minVersion === null ? (
          t('packages.facts.anyVersion')
        ) : (
          <>
            {displayVersion(Number(minVersion))} <Code>{minVersion}</Code>
          </>
        )}
      </Fact>
      <Fact name={t('packages.facts.canGoBack')}>{t(`packages.facts.${back(one.canGoBack)}`)}</Fact>
      {traits.length === 0 ? null : <Fact name={t('packages.facts.traits')}>{traits.join(', ')}</Fact>}
      {one.signed ? (
        <>
          <Fact name={t('packages.facts.signer')}>
            {one.signer} <Code>{one.signerKey}</Code>
          </Fact>
          <Fact name={t('packages.facts.signedAt')}>
            <Moment at={one.signedAt} />
          </Fact>
          <Fact name={t('packages.facts.expires')}>
            {one.expiresAt === null ? t('packages.expiresNever') : <Moment at={one.expiresAt} />}
          </Fact>
        </>
      ) : null}
      <Fact name={t('packages.facts.created')}>
        <Moment at={one.createdAt} />
      </Fact>
      <Fact name={t('packages.facts.sha256')}>
        <Code className="packages-hash">{one.sha256}</Code>
      </Fact>
    </dl>
  )
}
