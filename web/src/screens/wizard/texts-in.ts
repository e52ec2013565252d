/** What somebody typed or pasted, as a list. Pure. */

/** Texts with blanks, commas, semicolons or new lines between them; each once. */
export const textsIn = (pasted: string): string[] => [
  ...new Set(pasted.split(/[\s,;]+/).filter((one) => one !== '')),
]
export const numbersIn = (text: string): number[] =>
  textsIn(text).flatMap((one) => (Number.isFinite(Number(one)) ? [Number(one)] : []))
/** Names may have blanks in them. */
export const namesIn = (text: string): string[] =>
  text
    .split(/[,;\n]+/)
    .map((one) => one.trim())
    .filter((one) => one !== '')
