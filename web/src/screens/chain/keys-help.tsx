import { Kbd, Modal } from '@mantine/core'
import { useWords } from '../../words/language.ts'

const keys = [
  ['←', '→', 'till'],
  ['↑', '↓', 'store'],
  ['Home', 'End', 'row'],
  ['Ctrl Home', 'Ctrl End', 'whole'],
  ['PageUp', 'PageDown', 'page'],
  ['Enter', '', 'open'],
  ['f', 'F', 'failure'],
  ['r', '', 'retry'],
  ['?', '', 'help'],
  ['Esc', '', 'close'],
] as const

export function KeysHelp({ onClose }: { readonly onClose: () => void }) {
  const { t } = useWords()
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('board.keys')}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <dl className="chain-keys">
        {keys.map(([one, two, word]) => (
          <div key={word}>
            <dt>
              <Kbd size="xs">{one}</Kbd> {two === '' ? null : <Kbd size="xs">{two}</Kbd>}
            </dt>
            <dd>{t(`board.keyWords.${word}`)}</dd>
          </div>
        ))}
      </dl>
    </Modal>
  )
}
