/** One package: what is known of it, whether it may be believed, and where it lies. */
import { Drawer, Group } from '@mantine/core'
import { post } from '../../api/client.ts'
import { useAnswer, useChange } from '../../api/hooks.ts'
import type { PackageWhole } from '../../api/types.ts'
import { ActButton } from '../../parts/act-button.tsx'
import { Confirm } from '../../parts/confirm.tsx'
import { Answered } from '../../parts/notices.tsx'
import { useParams, useSetParams } from '../../route-params.ts'
import { useWords } from '../../words/language.ts'
import { PackageFacts } from './package-facts.tsx'
import { PackagePlaces } from './package-places.tsx'
import { PlaceDialog } from './place-dialog.tsx'
import { useKindName } from './terms.ts'

export function PackageDrawer({ id }: { readonly id: string }) {
  const { t } = useWords()
  const set = useSetParams()
  const kindName = useKindName()
  const found = useAnswer<PackageWhole>(`/packages/${id}`, {}, { topics: ['packages'] })
  const one = found.data
  const close = () => set({ package: undefined, state: undefined, kind: undefined, id: undefined })
  const title =
    one === undefined
      ? t('shell.nav.packages')
      : t('packages.drawer', { kind: kindName(one.kind), version: one.display })
  return (
    <Drawer
      opened
      onClose={close}
      position="right"
      size="46rem"
      title={title}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <Answered answer={found}>
        {(whole) => (
          <>
            <PackageActions one={whole} />
            <PackageFacts one={whole} />
            <PackagePlaces id={id} />
          </>
        )}
      </Answered>
    </Drawer>
  )
}

function PackageActions({ one }: { readonly one: PackageWhole }) {
  const { t } = useWords()
  const { kind } = useParams()
  const set = useSetParams()
  const isRetired = one.retiredAt !== null
  const ask = (next: string | undefined) => set({ kind: next }, { replace: true })
  return (
    <>
      <Group gap="xs" mb="md">
        <ActButton
          permission="packages.write"
          variant="filled"
          why={isRetired ? t('packages.retiredWhy') : undefined}
          onClick={() => ask('distribute')}
        >
          {t('packages.distribute')}
        </ActButton>
        <ActButton permission="packages.write" onClick={() => ask('withdraw')}>
          {t('packages.withdraw')}
        </ActButton>
        <ActButton permission="packages.write" onClick={() => ask(isRetired ? 'unretire' : 'retire')}>
          {t(isRetired ? 'packages.unretire' : 'packages.retire')}
        </ActButton>
      </Group>
      {kind === 'distribute' || kind === 'withdraw' ? (
        <PlaceDialog id={one.id} verb={kind} onClose={() => ask(undefined)} />
      ) : null}
      {kind === 'retire' || kind === 'unretire' ? (
        <RetireDialog id={one.id} verb={kind} onClose={() => ask(undefined)} />
      ) : null}
    </>
  )
}

interface RetireProps {
  readonly id: string
  readonly verb: 'retire' | 'unretire'
  readonly onClose: () => void
}
function RetireDialog({ id, verb, onClose }: RetireProps) {
  const { t } = useWords()
  const change = useChange(
    () => post<PackageWhole>(`/packages/${id}/${verb}`, {}, { setsState: true }),
    ['packages'],
  )
  return (
    <Confirm
      isOpen
      title={t(`packages.${verb}`)}
      yes={t(`packages.${verb}`)}
      isDangerous={verb === 'retire'}
      isBusy={change.isPending}
      error={change.error}
      onYes={() => change.mutate(undefined, { onSuccess: onClose })}
      onClose={onClose}
    >
      {t(`packages.consequence.${verb}`)}
    </Confirm>
  )
}
