/** What a manifest would say. */
import { NativeSelect, SimpleGrid, Text, TextInput } from '@mantine/core'
import { useWords } from '../../words/language.ts'
import { packageKinds, useKindName } from './terms.ts'
import type { Fields } from './upload-files.ts'

interface PackageFieldsProps {
  readonly fields: Fields
  readonly faults: ReadonlySet<keyof Fields>
  readonly isFixed: boolean
  readonly onChange: (fields: Fields) => void
}
export function PackageFields({ fields, faults, isFixed, onChange }: PackageFieldsProps) {
  const { t } = useWords()
  const kindName = useKindName()
  const change = (part: Partial<Fields>) => onChange({ ...fields, ...part })
  const isLower = /^\d{8}$/.test(fields.minVersion)
  const minFault = isLower ? t('packages.up.minVersionLower') : t('packages.up.versionNeeded')
  return (
    <fieldset className="packages-fields" disabled={isFixed}>
      <legend>{t('packages.up.fields')}</legend>
      <Text size="xs" className="packages-warn">
        {t('packages.up.unsignedHint')}
      </Text>
      <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
        <NativeSelect
          label={t('packages.up.kind')}
          value={fields.kind}
          onChange={(event) => change({ kind: event.currentTarget.value as Fields['kind'] })}
          data={packageKinds.map((kind) => ({ value: kind, label: kindName(kind) }))}
        />
        <TextInput
          label={t('packages.up.version')}
          value={fields.version}
          inputMode="numeric"
          maxLength={8}
          error={fields.version !== '' && faults.has('version') ? t('packages.up.versionNeeded') : undefined}
          onChange={(event) => change({ version: event.currentTarget.value })}
        />
        <TextInput
          label={t('packages.up.minVersion')}
          placeholder={t('packages.up.minVersionHint')}
          value={fields.minVersion}
          inputMode="numeric"
          maxLength={8}
          error={faults.has('minVersion') ? minFault : undefined}
          onChange={(event) => change({ minVersion: event.currentTarget.value })}
        />
        <NativeSelect
          label={t('packages.up.canGoBack')}
          value={fields.canGoBack}
          onChange={(event) => change({ canGoBack: event.currentTarget.value as Fields['canGoBack'] })}
          data={[
            { value: '', label: t('packages.up.saysItself') },
            { value: 'true', label: t('packages.up.yes') },
            { value: 'false', label: t('packages.up.no') },
          ]}
        />
      </SimpleGrid>
    </fieldset>
  )
}
