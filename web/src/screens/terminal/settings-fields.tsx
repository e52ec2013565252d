import { Checkbox, TextInput } from '@mantine/core'
import { useMay } from '../../api/hooks.ts'
import type { DeviceWhole } from '../../api/types.ts'
import { useWords } from '../../words/language.ts'
import { VersionCell } from '../tills/cells.tsx'
import { ConfigurationField } from './configuration-field.tsx'
import { type Draft, MOST } from './draft.ts'
import type { TillForm } from './use-till-form.ts'

interface FieldsProps {
  readonly device: DeviceWhole
  readonly form: TillForm
}

/** What is wrong with a field: first what this page sees, then what the API said. */
function useFault(form: TillForm): (field: keyof Draft) => string | undefined {
  const { t } = useWords()
  return (field) => {
    const own = form.faults[field]
    const isTouched = form.dirty.some(
      (one) => one === field || (field === 'blockReason' && one === 'blocked'),
    )
    if (own !== undefined && isTouched)
      return t(`terminal.fault.${own}`, { most: MOST[field as keyof typeof MOST] ?? 0 })
    const said = form.refused[field]
    return said === undefined
      ? undefined
      : t(`problems.${said}` as 'problems.fieldInvalid', { defaultValue: said })
  }
}

export function SettingsFields({ device, form }: FieldsProps) {
  const { t } = useWords()
  const may = useMay('fleet.edit')
  const faultOf = useFault(form)
  const input = (field: 'name' | 'number' | 'makerNumber' | 'registrationNumber', isNeeded = false) => (
    <TextInput
      size="sm"
      className="terminal-field"
      label={t(`terminal.${field}`)}
      required={isNeeded}
      withAsterisk={isNeeded}
      readOnly={!may}
      inputMode={field === 'number' ? 'numeric' : 'text'}
      value={form.values[field]}
      error={faultOf(field)}
      onChange={(event) => form.change({ [field]: event.currentTarget.value })}
    />
  )
  return (
    <div className="terminal-fields">
      {input('name', true)}
      <div className="terminal-field terminal-readonly">
        <span className="terminal-label">{t('terminal.version')}</span>
        <VersionCell till={device} />
      </div>
      {input('number', true)}
      {input('makerNumber')}
      {input('registrationNumber')}
      <ConfigurationField form={form} fault={faultOf('configuration')} />
      <div className="terminal-field terminal-block">
        <Checkbox
          size="sm"
          label={t('terminal.blocked')}
          checked={form.values.blocked}
          disabled={!may}
          onChange={(event) => form.change({ blocked: event.currentTarget.checked, blockReason: '' })}
        />
        {form.dirty.includes('blocked') ? (
          <div className="terminal-block-why">
            <p className="terminal-warn">
              {t(form.values.blocked ? 'terminal.blockHint' : 'terminal.unblockHint')}
            </p>
            <TextInput
              size="sm"
              label={t('terminal.blockReason')}
              description={t('terminal.blockReasonHint')}
              required
              value={form.values.blockReason}
              error={form.values.blockReason === '' ? undefined : faultOf('blockReason')}
              onChange={(event) => form.change({ blockReason: event.currentTarget.value })}
            />
          </div>
        ) : null}
      </div>
    </div>
  )
}
