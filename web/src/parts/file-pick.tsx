/** Chooses files: the same one once more, too, when it was mended meanwhile; a browser alone says nothing of that. */
import { FileButton, type FileButtonProps } from '@mantine/core'
import { useRef } from 'react'

export function FilePick<Multiple extends boolean = false>({
  onChange,
  ...props
}: FileButtonProps<Multiple>) {
  const reset = useRef<() => void>(null)
  const chosen: typeof onChange = (payload) => {
    onChange(payload)
    reset.current?.()
  }
  return <FileButton<Multiple> {...props} resetRef={reset} onChange={chosen} />
}
