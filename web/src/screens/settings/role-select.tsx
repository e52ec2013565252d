import { Select } from '@mantine/core'
import { useWords } from '../../words/language.ts'
import { isRole, type Role, roles } from './roles.ts'

interface RoleSelectProps {
  readonly value: Role
  readonly onChange: (role: Role) => void
  readonly among?: readonly Role[]
}
/** With what the role may do. */
export function RoleSelect({ value, onChange, among = roles }: RoleSelectProps) {
  const { t } = useWords()
  return (
    <Select
      label={t('settings.people.role')}
      description={t(`settings.people.roleMeans.${value}`)}
      value={value}
      allowDeselect={false}
      data={among.map((role) => ({ value: role, label: t(`shell.role.${role}`) }))}
      onChange={(next) => isRole(next) && onChange(next)}
    />
  )
}
