/** The upload itself: XMLHttpRequest, because fetch does not tell how far a body has gone. */
import { apiAddress, goToSignIn, type Params } from '../../api/client.ts'
import { type ApiProblem, localProblem, problemOf } from '../../api/problem.ts'
import type { Package } from '../../api/types.ts'

export interface SignedTexts {
  readonly manifest: string
  readonly signature: string
}

interface Sending {
  readonly file: Blob
  readonly params: Params
  readonly signed: SignedTexts | undefined
  readonly onProgress: (sent: number) => void
  readonly signal: AbortSignal
}

export interface Sent {
  readonly package: Package
  /** 200 instead of 201: the same file was there already. */
  readonly isKnown: boolean
}

const base64 = (text: string): string => btoa(String.fromCharCode(...new TextEncoder().encode(text)))

async function asProblem(request: XMLHttpRequest): Promise<ApiProblem> {
  const id = request.getResponseHeader('X-Request-Id')
  const headers = id === null ? undefined : { 'X-Request-Id': id }
  return problemOf(
    new Response(request.responseText, { status: request.status, ...(headers && { headers }) }),
  )
}

/** Without a deadline: gigabytes take as long as they take, and may be cut off at any time. @throws ApiProblem */
export function sendPackage({ file, params, signed, onProgress, signal }: Sending): Promise<Sent> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('POST', apiAddress('/packages', params))
    request.setRequestHeader('Content-Type', 'application/octet-stream')
    request.setRequestHeader('Accept', 'application/json')
    if (signed !== undefined) {
      request.setRequestHeader('Nightshift-Manifest', base64(signed.manifest))
      request.setRequestHeader('Nightshift-Signature', base64(signed.signature))
    }
    request.upload.onprogress = ({ loaded }) => onProgress(loaded)
    request.onerror = () => reject(localProblem('offline'))
    request.onabort = () => reject(localProblem('cancelled'))
    request.onload = () => {
      if (request.status === 401) goToSignIn()
      if (request.status >= 300) return void asProblem(request).then(reject)
      try {
        resolve({ package: JSON.parse(request.responseText) as Package, isKnown: request.status === 200 })
      } catch (error) {
        reject(localProblem('answerUnreadable', error))
      }
    }
    signal.addEventListener('abort', () => request.abort(), { once: true })
    request.send(file)
  })
}
