/** What the settings are made of, and who may use what. */
import { useMe } from '../../api/hooks.ts'
import type { Permission } from '../../api/types.ts'
import { useWords } from '../../words/language.ts'

export const sections = ['fleet', 'hosts', 'people', 'tokens', 'groups', 'password', 'about'] as const
export type SectionName = (typeof sections)[number]

export const isSection = (text: string | undefined): text is SectionName =>
  (sections as readonly (string | undefined)[]).includes(text)

interface Need {
  readonly permission: Permission
  /** Only for who sees the whole chain. */
  readonly whole?: true
}
const needs: Partial<Record<SectionName, Need>> = {
  fleet: { permission: 'fleet.import', whole: true },
  hosts: { permission: 'fleet.read' },
  people: { permission: 'users.manage', whole: true },
  groups: { permission: 'fleet.read' },
}

/** Why the one who looks may not use it; undefined: they may, or it is not known yet. */
export function useLock(): (section: SectionName) => string | undefined {
  const { t } = useWords()
  const me = useMe().data
  return (section) => {
    const need = needs[section]
    if (me === undefined) return undefined
    if (section === 'password' && me.by === 'token') return t('problems.sessionNeeded')
    if (need === undefined) return undefined
    if (!me.permissions.includes(need.permission)) return t(`settings.lock.${section}`)
    return need.whole === true && me.storeGroups !== null ? t('settings.lock.wholeChain') : undefined
  }
}
