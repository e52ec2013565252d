/** Single terms of a filter, `field:value`: what a person typed beside them stays. */

const part = (field: string): RegExp => new RegExp(`(^|\\s)${field}:("(?:[^"\\\\]|\\\\.)*"|\\S+)`)

/** The value that the filter has for this field. */
export const termOf = (filter: string, field: string): string | undefined => part(field).exec(filter)?.[2]

export const hasTerm = (filter: string, field: string, value: string): boolean =>
  termOf(filter, field) === value

/** With this value for the field; undefined takes the term away. */
export function setTerm(filter: string, field: string, value: string | undefined): string {
  const rest = filter.replace(part(field), '$1').replaceAll(/\s+/g, ' ').trim()
  return [rest, value === undefined ? '' : `${field}:${value}`].filter((one) => one !== '').join(' ')
}
