/**
 * The lines of devices in the authorized_keys of their store server's read-only account. Everything else in the file is
 * somebody else's: it is kept byte for byte, so texts here are latin1, one character a byte. Pure.
 */

const commentOf = (cashId: string): string => Buffer.from(`nightshift:${cashId}`, 'utf8').toString('latin1')

/** What a person puts there by hand, where nobody else may. */
export const deviceKeyLine = (cashId: string, key: string): string => `restrict ${key} nightshift:${cashId}`

const isOurs = (line: string, cashId: string): boolean =>
  !line.trimStart().startsWith('#') && line.trimEnd().endsWith(` ${commentOf(cashId)}`)

/** Lines with their ends: joined, they are the file again. */
const linesOf = (text: string): string[] => text.match(/[^\n]*\n|[^\n]+$/g) ?? []

const KEY = /(?:ssh-[a-z0-9]+|ecdsa-sha2-[a-z0-9]+) [A-Za-z0-9+/]+={0,2}/

/** The file with this device's key in place of its former one; options that somebody added to the line stay. */
export function withDeviceKey(text: string, cashId: string, key: string): string {
  const lines = linesOf(text)
  const at = lines.findIndex((line) => isOurs(line, cashId))
  const former = lines[at]
  if (former !== undefined) {
    const rest = lines.filter((line, i) => i <= at || !isOurs(line, cashId))
    return rest
      .with(
        at,
        former.replace(KEY, () => key),
      )
      .join('')
  }
  const end = text === '' || text.endsWith('\n') ? '' : '\n'
  return `${text}${end}restrict ${key} ${commentOf(cashId)}\n`
}

export const withoutDeviceKey = (text: string, cashId: string): string =>
  linesOf(text)
    .filter((line) => !isOurs(line, cashId))
    .join('')
