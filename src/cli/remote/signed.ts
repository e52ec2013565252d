import { readFile } from 'node:fs/promises'
import { CommandFailed } from '../errors.ts'

const textOf = (file: string): Promise<Buffer | undefined> =>
  readFile(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw new CommandFailed(error.message)
  })

/** What `package sign` wrote beside the file, as the upload carries it; undefined: nobody signed. @throws CommandFailed */
export async function signedHeaders(file: string): Promise<Record<string, string> | undefined> {
  const manifest = await textOf(`${file}.manifest`)
  const signature = await textOf(`${file}.manifest.sig`)
  if (manifest === undefined && signature === undefined) return undefined
  if (manifest === undefined || signature === undefined)
    throw new CommandFailed(`${file}.manifest and ${file}.manifest.sig belong together: one is missing`)
  return {
    'nightshift-manifest': manifest.toString('base64'),
    'nightshift-signature': signature.toString('base64'),
  }
}
