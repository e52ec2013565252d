import { Button, Kbd } from '@mantine/core'
import { useWords } from '../words/language.ts'

/** Opens the jump to a store, till or rollout. */
export function JumpButton() {
  const { t } = useWords()
  return (
    <Button variant="default" size="xs" className="jump" rightSection={<Kbd size="xs">/</Kbd>}>
      {t('shell.jump')}
    </Button>
  )
}
