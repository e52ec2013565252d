/** What one may jump to without asking the server: sections and commands. */
import { useMe } from '../api/hooks.ts'
import type { Permission } from '../api/types.ts'
import type { RouteParams } from '../route-params.ts'
import { sections as settingsSections } from '../screens/settings/sections.ts'
import { useWords } from '../words/language.ts'

export interface Place {
  readonly id: string
  readonly title: string
  readonly hint?: string | undefined
  /** Below the page's root. */
  readonly to: string
  readonly search?: RouteParams | undefined
}

export const sections = [
  ['/chain', 'chain'],
  ['/stores', 'equipment'],
  ['/rollouts', 'rollouts'],
  ['/packages', 'packages'],
  ['/schedule', 'schedule'],
  ['/reports', 'reports'],
  ['/journal', 'journal'],
] as const

const commands = [
  ['newRollout', '/rollouts/new', 'rollouts.plan'],
  ['upload', '/packages', 'packages.write'],
  ['import', '/settings/fleet', 'fleet.import'],
  ['enrol', '/settings/hosts', 'hosts.enrol'],
] as const satisfies readonly (readonly [string, string, Permission])[]

export function usePlaces(): { readonly sections: readonly Place[]; readonly commands: readonly Place[] } {
  const { t } = useWords()
  const permissions = useMe().data?.permissions ?? []
  const settings = t('shell.nav.settings')
  return {
    sections: [
      ...sections.map(([to, word]) => ({ id: to, title: t(`shell.nav.${word}`), to })),
      ...settingsSections.map((one) => ({
        id: `/settings/${one}`,
        title: t(`settings.sections.${one}`),
        hint: settings,
        to: `/settings/${one}`,
      })),
    ],
    commands: commands
      .filter(([, , permission]) => permissions.includes(permission))
      .map(([word, to]) => ({ id: `do:${word}`, title: t(`jump.do.${word}`), to })),
  }
}
