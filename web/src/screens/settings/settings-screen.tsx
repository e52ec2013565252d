/** What is set up once and looked after: sections on the left, one of them beside. */
import './settings.css'
import { Link, useParams } from '@tanstack/react-router'
import type { ComponentType } from 'react'
import { Glyph } from '../../parts/glyph.tsx'
import { Screen } from '../../parts/screen.tsx'
import { useWords } from '../../words/language.ts'
import { AboutSection } from './about-section.tsx'
import { FleetSection } from './fleet/fleet-section.tsx'
import { GroupsSection } from './groups-section.tsx'
import { HostsSection } from './hosts/hosts-section.tsx'
import { PasswordSection } from './password-section.tsx'
import { PeopleSection } from './people/people-section.tsx'
import { isSection, type SectionName, sections, useLock } from './sections.ts'
import { TokensSection } from './tokens/tokens-section.tsx'

const bodies: Readonly<Record<SectionName, ComponentType>> = {
  fleet: FleetSection,
  hosts: HostsSection,
  people: PeopleSection,
  tokens: TokensSection,
  groups: GroupsSection,
  password: PasswordSection,
  about: AboutSection,
}

export function SettingsScreen() {
  const { t } = useWords()
  const { section } = useParams({ strict: false }) as { section?: string }
  const lockOf = useLock()
  const current = isSection(section)
    ? section
    : (sections.find((one) => lockOf(one) === undefined) ?? 'about')
  const Body = bodies[current]
  return (
    <Screen title={`${t('shell.nav.settings')}: ${t(`settings.sections.${current}`)}`}>
      <div className="settings-body">
        <nav className="settings-nav" aria-label={t('shell.nav.settings')}>
          {sections.map((one) => (
            <SectionLink key={one} section={one} isCurrent={one === current} lock={lockOf(one)} />
          ))}
        </nav>
        <div className="settings-content">
          <Body key={current} />
        </div>
      </div>
    </Screen>
  )
}

interface SectionLinkProps {
  readonly section: SectionName
  readonly isCurrent: boolean
  readonly lock: string | undefined
}
/** A locked one still opens: it says why there, too. */
function SectionLink({ section, isCurrent, lock }: SectionLinkProps) {
  const { t } = useWords()
  return (
    <Link
      to="/settings/$section"
      params={{ section }}
      className="settings-link"
      aria-current={isCurrent ? 'page' : undefined}
      data-locked={lock !== undefined || undefined}
      title={lock}
    >
      <span>{t(`settings.sections.${section}`)}</span>
      {lock === undefined ? null : (
        <span className="settings-lock">
          <Glyph name="lock" size={12} />
          <span>{t('settings.lock.short')}</span>
        </span>
      )}
    </Link>
  )
}
