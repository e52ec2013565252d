/** The three files of an upload, told apart by their names, and what is known of the first one without a manifest. */
import { useState } from 'react'
import { parseVersion } from '../../../../src/rollout/versions.ts'
import type { PackageKind } from './terms.ts'

export interface NamedText {
  readonly name: string
  readonly text: string
}
export interface UploadFiles {
  readonly file?: File | undefined
  readonly manifest?: NamedText | undefined
  readonly signature?: NamedText | undefined
}
export type FilePart = keyof UploadFiles

/** As `nightshift package sign` names them: `x.manifest`, `x.manifest.sig`. */
const partOf = (name: string): FilePart =>
  name.endsWith('.sig') ? 'signature' : name.endsWith('.manifest') ? 'manifest' : 'file'

/** More is no manifest and no signature; it is cut, and then refused for what it says. */
const MOST_TEXT = 16_000
const textOf = async (file: File): Promise<NamedText> => ({
  name: file.name,
  text: await file.slice(0, MOST_TEXT).text(),
})

/** Those that were chosen take the places of the former ones. */
export async function addFiles(former: UploadFiles, chosen: readonly File[]): Promise<UploadFiles> {
  const next: { -readonly [K in FilePart]?: UploadFiles[K] } = { ...former }
  for (const one of chosen) {
    const part = partOf(one.name)
    if (part === 'file') next.file = one
    else next[part] = await textOf(one)
  }
  return next
}

export interface Fields {
  readonly kind: PackageKind
  readonly version: string
  readonly minVersion: string
  readonly canGoBack: '' | 'true' | 'false'
}

export const useFields = () => useState<Fields>({ kind: 'till', version: '', minVersion: '', canGoBack: '' })

const isVersion = (text: string): boolean => parseVersion(text) !== undefined

/** Which field is wrong, as the API would say. */
export function faultsOf({ version, minVersion }: Fields): ReadonlySet<keyof Fields> {
  const wrong = new Set<keyof Fields>()
  if (!isVersion(version)) wrong.add('version')
  if (minVersion !== '' && !(isVersion(minVersion) && minVersion < version)) wrong.add('minVersion')
  return wrong
}
