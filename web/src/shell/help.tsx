/** «Клавиши»: those of what is on the screen now, then those of every screen. */
import { Kbd, Modal } from '@mantine/core'
import { useWords } from '../words/language.ts'
import { type Key, useAllKeys } from './keys.ts'

const signs: Readonly<Record<string, string>> = {
  ArrowUp: '↑',
  ArrowDown: '↓',
  ArrowLeft: '←',
  ArrowRight: '→',
  Escape: 'Esc',
  Enter: 'Enter',
  ' ': '␣',
}
const isMac = /Mac|iP(hone|ad)/.test(navigator.userAgent)

function Press({ press }: { readonly press: string }) {
  const [mod, key = ''] = press.startsWith('Mod+') ? [isMac ? '⌘' : 'Ctrl', press.slice(4)] : ['', press]
  const sign = signs[key] ?? key
  const shown = mod !== '' && sign.length === 1 ? sign.toUpperCase() : sign
  return (
    <span className="help-press">
      {mod === '' ? null : <Kbd>{mod}</Kbd>}
      <Kbd>{shown}</Kbd>
    </span>
  )
}

function KeyRow({ press, does }: Key) {
  return (
    <div className="help-row">
      <dt>
        {[press].flat().map((one) => (
          <Press key={one} press={one} />
        ))}
      </dt>
      <dd>{does}</dd>
    </div>
  )
}

export function Help({ onClose }: { readonly onClose: () => void }) {
  const { t } = useWords()
  // The screen's own come after the frame's: they are what was asked for.
  const scopes = [...useAllKeys()].reverse()
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('shell.help')}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      {scopes.map(({ name, keys }) => (
        <section key={name} className="help-scope" aria-label={name}>
          <h3>{name}</h3>
          <dl>
            {keys.map((key) => (
              <KeyRow key={String(key.press)} {...key} />
            ))}
          </dl>
        </section>
      ))}
    </Modal>
  )
}
