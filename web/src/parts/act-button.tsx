/** A button that says why it cannot be pressed: by role, or for a reason of its own. It keeps its place and its focus. */
import { Button, type ButtonProps, Tooltip } from '@mantine/core'
import type { ReactNode, Ref } from 'react'
import { useMay } from '../api/hooks.ts'
import type { Permission } from '../api/types.ts'
import { useWords } from '../words/language.ts'

interface ActButtonProps extends Omit<ButtonProps, 'disabled'> {
  readonly permission: Permission
  /** Why not now. */
  readonly why?: string | undefined
  readonly onClick: () => void
  readonly children: ReactNode
  readonly label?: string | undefined
  readonly ref?: Ref<HTMLButtonElement>
}
export function ActButton({ permission, why, onClick, children, label, ...rest }: ActButtonProps) {
  const { t } = useWords()
  const may = useMay(permission)
  const refusal = may ? why : t('common.noPermission')
  return (
    // Beside its button, so that it stays inside the dialog or the region that it belongs to.
    <Tooltip
      withinPortal={false}
      floatingStrategy="fixed"
      label={refusal}
      disabled={refusal === undefined}
      events={{ hover: true, focus: true, touch: true }}
    >
      <Button
        size="compact-sm"
        variant="default"
        {...rest}
        aria-label={label}
        aria-disabled={refusal !== undefined || undefined}
        data-disabled={refusal !== undefined || undefined}
        onClick={() => refusal === undefined && onClick()}
      >
        {children}
      </Button>
    </Tooltip>
  )
}
