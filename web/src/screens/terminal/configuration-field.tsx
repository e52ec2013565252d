import { Button, Group, Modal, Radio, Stack, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useAnswer } from '../../api/hooks.ts'
import type { Counts } from '../../api/types.ts'
import { ActButton } from '../../parts/act-button.tsx'
import { Answered } from '../../parts/notices.tsx'
import { useWords } from '../../words/language.ts'
import type { TillForm } from './use-till-form.ts'

interface ConfigurationFieldProps {
  readonly form: TillForm
  readonly fault: string | undefined
}
export function ConfigurationField({ form, fault }: ConfigurationFieldProps) {
  const { t } = useWords()
  const [isOpen, setOpen] = useState(false)
  const { configuration } = form.values
  return (
    <div className="terminal-field terminal-readonly">
      <span className="terminal-label">{t('terminal.configuration')}</span>
      <span className="terminal-configuration">
        <span className={configuration === '' ? 'terminal-none' : undefined}>
          {configuration === '' ? t('terminal.noConfiguration') : configuration}
        </span>
        <ActButton permission="fleet.edit" onClick={() => setOpen(true)}>
          {t('terminal.change')}
        </ActButton>
        {fault === undefined ? null : <span className="terminal-fault">{fault}</span>}
      </span>
      {isOpen ? <Chooser form={form} onClose={() => setOpen(false)} /> : null}
    </div>
  )
}

const NEW = '\n'
const MOST = 64
const isName = (text: string): boolean => text !== '' && text.length <= MOST

function Chooser({ form, onClose }: { readonly form: TillForm; readonly onClose: () => void }) {
  const { t } = useWords()
  const { configuration } = form.values
  const [chosen, setChosen] = useState(configuration)
  const [made, setMade] = useState('')
  const groups = useAnswer<Counts>('/devices/counts', { by: 'configuration' }, { topics: ['devices'] })
  const value = chosen === NEW ? made.trim() : chosen
  const choose = () => {
    form.change({ configuration: value })
    onClose()
  }
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('terminal.chooseConfiguration')}
      centered
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <Stack>
        <Answered answer={groups}>
          {({ counts }) => (
            <Radio.Group value={chosen} onChange={setChosen} aria-label={t('terminal.chooseConfiguration')}>
              <Stack gap="xs" className="terminal-groups">
                <Radio value="" label={t('terminal.removeConfiguration')} />
                {counts
                  .filter(({ key }) => key !== null)
                  .map(({ key, count }) => (
                    <Radio
                      key={key}
                      value={String(key)}
                      label={String(key)}
                      description={t('terminal.usedBy', { count })}
                    />
                  ))}
                <Radio value={NEW} label={t('terminal.newConfiguration')} />
              </Stack>
            </Radio.Group>
          )}
        </Answered>
        {chosen === NEW ? (
          <TextInput
            aria-label={t('terminal.newConfiguration')}
            description={t('terminal.newConfigurationHint', { most: MOST })}
            value={made}
            onChange={(event) => setMade(event.currentTarget.value)}
            data-autofocus
          />
        ) : null}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('common.cancel')}
          </Button>
          <Button disabled={chosen === NEW && !isName(value)} onClick={choose}>
            {t('terminal.choose')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
