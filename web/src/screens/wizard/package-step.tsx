import { Radio, Select, Stack, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { displayVersion } from '../../../../src/rollout/versions.ts'
import { get } from '../../api/client.ts'
import { useAnswer } from '../../api/hooks.ts'
import type { Counts, Package, Page } from '../../api/types.ts'
import { formatBytes } from '../../format/money.ts'
import { serverNow } from '../../format/now.ts'
import { Mark } from '../../parts/mark.tsx'
import { Answered, EmptyNotice } from '../../parts/notices.tsx'
import { Moment, Version } from '../../parts/values.tsx'
import { useWords } from '../../words/language.ts'

import type { Draft } from './draft.ts'
import type { StepProps } from './step-props.ts'
import { type DeviceKind, deviceKinds } from './targets-draft.ts'
import type { Change } from './use-draft.ts'

/** All that may be planned, the newest first of each kind. */
const usePackages = () =>
  useAnswer<Page<Package>>(
    '/packages',
    { filter: 'retired:false', sort: 'kind,-version', limit: 1000 },
    { topics: ['packages'] },
  )

/** The chosen one, never another in its place. */
export const chosenPackage = (packages: readonly Package[], id: string | null): Package | undefined =>
  packages.find((one) => one.id === id)

/** The newest for tills, or else the newest: what a rollout begins with. */
const usualPackage = (packages: readonly Package[]): Package | undefined =>
  packages.find((one) => one.kind === 'till') ?? packages[0]

/**
 * Chooses for who has not: once, when the list is as new as it can be. From then on it is chosen, so that an upload
 * changes no draft under one's hands; a wizard that is opened anew with nothing decided in it begins with the newest.
 */
export function useUsualPackage(draft: Draft, change: Change, isFirstStep: boolean) {
  const packages = usePackages()
  const [isNew, setNew] = useState(() => isFirstStep && !draft.isTouched && draft.kept === null)
  const { packageId, isTouched } = draft
  const usual = packages.isFetching ? undefined : usualPackage(packages.data?.items ?? [])?.id
  useEffect(() => {
    if (usual === undefined) return
    if (packageId === null || (isNew && !isTouched && packageId !== usual))
      change({ packageId: usual, isTouched })
    setNew(false)
  }, [usual, packageId, isTouched, isNew, change])
  return packages
}

export function PackageStep({ draft, change }: StepProps) {
  const { t } = useWords()
  const packages = usePackages()
  return (
    <Stack>
      <Text size="sm" c="dimmed">
        {t('wizard.package.hint')}
      </Text>
      <Answered answer={packages}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyNotice title={t('wizard.package.none')} hint={t('wizard.package.noneHint')} />
          ) : (
            <>
              <Radio.Group
                value={chosenPackage(items, draft.packageId)?.id ?? null}
                onChange={(packageId) => change({ packageId })}
                aria-label={t('wizard.steps.package')}
              >
                <Stack>
                  {deviceKinds.map((kind) => (
                    <KindPackages
                      key={kind}
                      kind={kind}
                      packages={items.filter((one) => one.kind === kind)}
                    />
                  ))}
                </Stack>
              </Radio.Group>
              <ServerFirst draft={draft} change={change} packages={items} />
            </>
          )
        }
      </Answered>
    </Stack>
  )
}

function KindPackages({
  kind,
  packages,
}: {
  readonly kind: DeviceKind
  readonly packages: readonly Package[]
}) {
  const { t } = useWords()
  if (packages.length === 0) return null
  return (
    <section aria-label={t('wizard.package.forKind', { kind: t(`wizard.kinds.${kind}`) })}>
      <Title order={3} size="h5" mb={6}>
        {t(`wizard.kinds.${kind}`)}
      </Title>
      {kind === 'till' ? (
        <Text size="xs" c="dimmed" mb={6}>
          {t('wizard.package.tillsToo')}
        </Text>
      ) : null}
      <div className="wizard-cards">
        {packages.map((one, place) => (
          <PackageCard key={one.id} of={one} isNewest={place === 0} />
        ))}
      </div>
    </section>
  )
}

/** On how many store servers it lies already: then nothing has to be carried there. */
const usePresence = (id: string) =>
  useQuery({
    queryKey: ['/store-packages/counts', id],
    queryFn: ({ signal }) =>
      get<Counts>('/store-packages/counts', { by: 'state', filter: `package:${id} state:present` }, signal),
    meta: { topics: ['packages'] },
  }).data?.total

function PackageCard({ of, isNewest }: { readonly of: Package; readonly isNewest: boolean }) {
  const { t, language } = useWords()
  const stores = usePresence(of.id)
  return (
    <Radio.Card value={of.id} className="wizard-card" aria-label={displayVersion(Number(of.version))}>
      <div className="wizard-card-head">
        <Radio.Indicator />
        <span className="wizard-card-title">
          <Version digits={of.version} />
        </span>
        <code className="wizard-digits">{of.version}</code>
        {isNewest ? <span className="wizard-tag">{t('wizard.package.newest')}</span> : null}
      </div>
      <dl className="wizard-pairs">
        <dt>{t('wizard.package.size')}</dt>
        <dd>{formatBytes(language, of.size)}</dd>
        <dt>{t('wizard.package.signer')}</dt>
        <dd>
          <Signer of={of} />
        </dd>
        <dt>{t('wizard.package.expires')}</dt>
        <dd>
          <Expiry at={of.expiresAt} />
        </dd>
        <dt>{t('wizard.package.onStores')}</dt>
        <dd>{stores === undefined ? '…' : t('wizard.store', { count: stores })}</dd>
        {of.minVersion === null ? null : (
          <>
            <dt>{t('wizard.package.minVersion')}</dt>
            <dd>
              <Version digits={of.minVersion} whole />
            </dd>
          </>
        )}
      </dl>
      <Notes of={of} />
    </Radio.Card>
  )
}

function Signer({ of: { signed, signer } }: { readonly of: Package }) {
  const { t } = useWords()
  if (signed) return <span>{signer ?? t('common.unknown')}</span>
  const hint = t('wizard.package.unsignedHint')
  return <Mark tone="warn" glyph="question" label={t('wizard.package.unsigned')} hint={hint} />
}

function Expiry({ at }: { readonly at: string | null }) {
  const { t } = useWords()
  if (at === null) return <span>{t('wizard.package.noExpiry')}</span>
  if (Date.parse(at) > serverNow()) return <Moment at={at} />
  return <Mark tone="bad" glyph="cross" label={t('wizard.package.expired')} />
}

function Notes({ of: { needsServer, updatesTills, canGoBack } }: { readonly of: Package }) {
  const { t } = useWords()
  const notes = [
    ...(needsServer ? [t('wizard.package.needsServer')] : []),
    ...(updatesTills ? [t('wizard.package.updatesTills')] : []),
    ...(canGoBack === false ? [t('wizard.package.cannotGoBack')] : []),
  ]
  return notes.map((note) => (
    <Text key={note} size="xs" className="wizard-note">
      {note}
    </Text>
  ))
}

function ServerFirst({ draft, change, packages }: StepProps & { readonly packages: readonly Package[] }) {
  const { t } = useWords()
  const servers = packages.filter((one) => one.kind === 'storeServer')
  if (servers.length === 0 || chosenPackage(packages, draft.packageId)?.kind !== 'till') return null
  return (
    <Select
      comboboxProps={{ withinPortal: false }}
      label={t('wizard.package.server')}
      description={t('wizard.package.serverHint')}
      placeholder={t('wizard.package.noServer')}
      clearable
      maw={420}
      data={servers.map(({ id, version }) => ({
        value: id,
        label: `${displayVersion(Number(version))} · ${version}`,
      }))}
      value={draft.serverPackageId}
      onChange={(serverPackageId) => change({ serverPackageId })}
    />
  )
}
