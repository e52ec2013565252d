/** From the bytes of a file to its text: UTF-8 with or without its mark, UTF-16 with it, else windows-1251. */

export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1251'

export interface Decoded {
  readonly text: string
  readonly encoding: Encoding
}

/** Cyrillic, Latin and what a list has between them: enough to tell windows-1251 from bytes that are no text. */
const NO_TEXT = /(?![\t\n\v\f\r])\p{Cc}/u

const decodeAs = (bytes: Uint8Array, encoding: Encoding, fatal: boolean): string | undefined => {
  try {
    return new TextDecoder(encoding, { fatal }).decode(bytes)
  } catch {
    return undefined
  }
}

/** Undefined: no text in any of them. */
export function decodeText(bytes: Uint8Array): Decoded | undefined {
  const [first, second] = bytes
  const marked =
    first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : null
  const tries: readonly Encoding[] = marked === null ? ['utf-8', 'windows-1251'] : [marked]
  for (const encoding of tries) {
    const text = decodeAs(bytes, encoding, true)
    if (text === undefined || (encoding === 'windows-1251' && NO_TEXT.test(text))) continue
    return { text, encoding }
  }
  return undefined
}
