import { Modal } from '@mantine/core'
import { useSetParams } from '../../route-params.ts'

/** «Настройки терминала» of one till, over whatever screen it was opened from. */
export function TillDrawer({ cashId }: { readonly cashId: string }) {
  const set = useSetParams()
  return <Modal opened onClose={() => set({ till: undefined })} title={cashId} />
}
