/** A file that is touched when something got done: a health check looks at its age, and asks nobody. */
import { writeFile } from 'node:fs/promises'

export type Alive = () => void

/** @param file undefined: nobody looks */
export function createAlive(file: string | undefined): Alive {
  if (file === undefined) return () => {}
  let isWriting = false
  return () => {
    if (isWriting) return
    isWriting = true
    // A full disk is told by what needs the disk.
    writeFile(file, `${new Date().toISOString()}\n`)
      .catch(() => {})
      .finally(() => {
        isWriting = false
      })
  }
}
