/** One upload at a time: it can be stopped in the middle, and then nothing of it is left at the server. */
import { useCallback, useRef, useState } from 'react'
import type { Params } from '../../api/client.ts'
import { useChange } from '../../api/hooks.ts'
import type { ApiProblem } from '../../api/problem.ts'
import { type Sent, type SignedTexts, sendPackage } from './send-package.ts'
import type { Fields, UploadFiles } from './upload-files.ts'

interface Wanted {
  readonly file: File
  readonly files: UploadFiles
  readonly fields: Fields
  readonly isOlderMeant: boolean
}

export interface Upload {
  readonly isRunning: boolean
  /** Bytes that went. */
  readonly sent: number
  readonly error: ApiProblem | null
  readonly done: Sent | undefined
  readonly start: (wanted: Wanted) => void
  readonly stop: () => void
  readonly forget: () => void
}

/** A name that the server would not keep becomes one that it does. */
const plainName = (name: string): string =>
  name
    .replace(/[^A-Za-z0-9._+-]+/g, '_')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(-128) || 'package'

function paramsOf({ file, fields, isOlderMeant }: Wanted, signed: SignedTexts | undefined): Params {
  const allowOlder = isOlderMeant ? true : undefined
  if (signed !== undefined) return { allowOlder }
  return { ...fields, fileName: plainName(file.name), allowOlder }
}

function signedOf({ manifest, signature }: UploadFiles): SignedTexts | undefined {
  if (manifest === undefined || signature === undefined) return undefined
  return { manifest: manifest.text, signature: signature.text }
}

export function useUpload(): Upload {
  const [sent, setSent] = useState(0)
  const running = useRef<AbortController>(undefined)
  const send = useChange<Wanted, Sent>(
    (wanted) => {
      const aborter = new AbortController()
      running.current = aborter
      setSent(0)
      const signed = signedOf(wanted.files)
      const { signal } = aborter
      return sendPackage({
        ...{ file: wanted.file, params: paramsOf(wanted, signed), signed, signal },
        onProgress: setSent,
      })
    },
    ['packages'],
  )
  const stop = useCallback(() => running.current?.abort(), [])
  return {
    isRunning: send.isPending,
    sent,
    error: send.error,
    done: send.data,
    start: (wanted) => send.mutate(wanted),
    stop,
    forget: send.reset,
  }
}
