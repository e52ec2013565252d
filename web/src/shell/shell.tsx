/** What is around every screen: sections, search, the live mark, and who is signed in. */
import './shell.css'
import './print.css'
import { AppShell, Burger, Group, NavLink, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { Link, Outlet, useRouterState } from '@tanstack/react-router'
import type { MouseEvent } from 'react'
import { addressOf } from '../api/base.ts'
import { useMe } from '../api/hooks.ts'
import { ProblemNotice } from '../parts/notices.tsx'
import { useKeptFocus } from '../parts/use-kept-focus.ts'
import { useWords } from '../words/language.ts'
import { Drawers } from './drawers.tsx'
import { JumpButton } from './jump.tsx'
import { LiveMark } from './live-mark.tsx'
import { PersonMenu } from './person-menu.tsx'
import { sections } from './places.ts'
import { StaleBanner } from './stale-banner.tsx'

function Sections({ onGo }: { readonly onGo: () => void }) {
  const { t } = useWords()
  const path = useRouterState({ select: (state) => state.location.pathname })
  const isAt = (to: string) => path === to || path.startsWith(`${to}/`)
  const link = (to: string, label: string) => (
    <NavLink
      key={to}
      component={Link}
      to={to}
      label={label}
      active={isAt(to)}
      aria-current={isAt(to) ? 'page' : undefined}
      onClick={onGo}
    />
  )
  return (
    <>
      {sections.map(([to, word]) => link(to, t(`shell.nav.${word}`)))}
      <NavLink href={addressOf('queues')} label={t('shell.nav.queues')} />
      {link('/settings', t('shell.nav.settings'))}
    </>
  )
}

/** Not by its address: that is of the page's root, as `<base>` has it. */
function SkipLink() {
  const { t } = useWords()
  const skip = (event: MouseEvent) => {
    event.preventDefault()
    document.getElementById('content')?.focus()
  }
  return (
    // biome-ignore lint/a11y/useValidAnchor: a link where readers look for one
    <a className="skip" href="#content" onClick={skip}>
      {t('shell.skip')}
    </a>
  )
}

function Foot() {
  const { t } = useWords()
  const version = useMe().data?.server?.version
  return (
    <Text size="xs" c="dimmed" component="footer" className="foot">
      {t('shell.product')}
      {version === undefined ? null : ` · ${t('shell.version', { version })}`}
    </Text>
  )
}

function Content() {
  const me = useMe()
  if (me.error !== null && me.data === undefined)
    return <ProblemNotice error={me.error} onAgain={() => void me.refetch()} />
  return <Outlet />
}

export function Shell() {
  const { t } = useWords()
  const [isOpen, nav] = useDisclosure(false)
  const content = useKeptFocus<HTMLElement>()
  return (
    <AppShell
      header={{ height: 48 }}
      navbar={{ width: 216, breakpoint: 'sm', collapsed: { mobile: !isOpen } }}
      padding="md"
    >
      <SkipLink />
      <AppShell.Header className="head">
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap">
            <Burger
              opened={isOpen}
              onClick={nav.toggle}
              hiddenFrom="sm"
              size="sm"
              aria-label={t('shell.menu')}
            />
            <Link to="/chain" className="brand">
              <img src={addressOf('icon.svg')} width={24} height={24} alt="" />
              <span>{t('shell.product')}</span>
            </Link>
          </Group>
          <JumpButton />
          <Group gap="sm" wrap="nowrap">
            <LiveMark />
            <PersonMenu />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" aria-label={t('shell.sections')}>
        <Sections onGo={nav.close} />
      </AppShell.Navbar>
      <AppShell.Main id="content" tabIndex={-1} ref={content}>
        <Content />
        <Foot />
      </AppShell.Main>
      <Drawers />
      <StaleBanner />
    </AppShell>
  )
}
