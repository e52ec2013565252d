/** Who is signed in, the language, the theme, and the way out. */
import { Menu, Text, UnstyledButton, useMantineColorScheme } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { ask } from '../api/client.ts'
import { useChange, useMe } from '../api/hooks.ts'
import { hasUnsaved, leave, setLeaving } from '../api/person.ts'
import type { ApiProblem } from '../api/problem.ts'
import { Confirm } from '../parts/confirm.tsx'
import { Glyph } from '../parts/glyph.tsx'
import { type Language, remember, speak, useWords } from '../words/language.ts'

const schemes = [
  ['light', 'themeLight'],
  ['dark', 'themeDark'],
  ['auto', 'themeAuto'],
] as const
const languages = [
  ['ru', 'languageRu'],
  ['en', 'languageEn'],
] as const

function choose(language: Language): void {
  remember(language)
  void speak(language)
}

/** At once where nothing is lost by it; asked for where something is, or where it has failed. */
function useSignOut() {
  const [isAsked, setAsked] = useState(false)
  const out = useChange<void, void>(() => ask('DELETE', '/session'))
  // A session that has ended already is left all the same.
  const failed = ({ status }: ApiProblem) => {
    if (status === 401) return leave()
    setLeaving(false)
    setAsked(true)
  }
  const go = () => {
    setLeaving(true)
    out.mutate(undefined, { onSuccess: leave, onError: failed })
  }
  const begin = () => {
    out.reset()
    if (hasUnsaved()) setAsked(true)
    else go()
  }
  return { out, go, isAsked, setAsked, begin }
}

export function PersonMenu() {
  const { t, language } = useWords()
  const me = useMe().data
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const { out, go, isAsked, setAsked, begin } = useSignOut()
  const tick = (isOn: boolean) => (isOn ? <Glyph name="check" /> : <span className="no-glyph" />)
  return (
    <>
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <UnstyledButton className="person">{me?.actor ?? '…'}</UnstyledButton>
        </Menu.Target>
        <Menu.Dropdown>
          {me === undefined ? null : (
            <Menu.Label>
              {t('shell.signedInAs', { name: me.actor })}
              <Text size="xs">{me.role === null ? '' : t(`shell.role.${me.role}`)}</Text>
            </Menu.Label>
          )}
          <Menu.Label>{t('shell.language')}</Menu.Label>
          {languages.map(([one, word]) => (
            <Menu.Item key={one} lang={one} leftSection={tick(language === one)} onClick={() => choose(one)}>
              {t(`shell.${word}`)}
            </Menu.Item>
          ))}
          <Menu.Label>{t('shell.theme')}</Menu.Label>
          {schemes.map(([one, word]) => (
            <Menu.Item key={one} leftSection={tick(colorScheme === one)} onClick={() => setColorScheme(one)}>
              {t(`shell.${word}`)}
            </Menu.Item>
          ))}
          <Menu.Divider />
          <Menu.Item component={Link} to="/settings/password">
            {t('settings.sections.password')}
          </Menu.Item>
          <Menu.Item component={Link} to="/settings/about">
            {t('settings.sections.about')}
          </Menu.Item>
          <Menu.Item onClick={begin}>{t('shell.signOut')}</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Confirm
        isOpen={isAsked}
        title={t('shell.signOutAsk')}
        yes={t('shell.signOut')}
        isBusy={out.isPending}
        error={out.error}
        onYes={go}
        onClose={() => setAsked(false)}
      >
        {hasUnsaved() ? <Text size="sm">{t('shell.signOutLoses')}</Text> : null}
      </Confirm>
    </>
  )
}
