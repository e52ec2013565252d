/** The little part of the POSIX shell language that a simulated host understands: words, quotes, one pipe. */

/** One command line: its commands in order, each a list of words. */
export type Pipeline = readonly (readonly string[])[]

/** A quoted part and what follows it, or undefined: the quote never ends or asks for an expansion. */
interface Quoted {
  readonly text: string
  readonly next: number
}

const BLANK = /[ \t]/
/** Unquoted, each of these would make a real shell do more than pass a word on. */
const ACTIVE = /[$`;&<>()*?[\]{}~#!\n\r\0]/

function singleQuoted(line: string, start: number): Quoted | undefined {
  const end = line.indexOf("'", start)
  return end < 0 ? undefined : { text: line.slice(start, end), next: end + 1 }
}

function doubleQuoted(line: string, start: number): Quoted | undefined {
  let text = ''
  for (let i = start; i < line.length; i++) {
    const c = line.charAt(i)
    if (c === '"') return { text, next: i + 1 }
    if (c === '$' || c === '`') return undefined
    const escaped = c === '\\' && /[\\"$`]/.test(line.charAt(i + 1))
    text += escaped ? line.charAt(++i) : c
  }
  return undefined
}

function escaped(line: string, start: number): Quoted | undefined {
  return start < line.length ? { text: line.charAt(start), next: start + 1 } : undefined
}

function quotedAt(line: string, i: number): Quoted | undefined | 'plain' {
  const c = line.charAt(i)
  if (c === "'") return singleQuoted(line, i + 1)
  if (c === '"') return doubleQuoted(line, i + 1)
  if (c === '\\') return escaped(line, i + 1)
  return 'plain'
}

/**
 * Splits a command line as a POSIX shell would. Undefined where a shell would do more than run plain commands:
 * expansions, redirections, lists, an open quote, an empty command beside a pipe.
 */
export function parsePipeline(line: string): Pipeline | undefined {
  const commands: string[][] = [[]]
  let word: string | undefined
  const endWord = (): void => {
    if (word !== undefined) commands.at(-1)?.push(word)
    word = undefined
  }
  for (let i = 0; i < line.length; ) {
    const c = line.charAt(i)
    const part = quotedAt(line, i)
    if (part === undefined) return undefined
    if (part !== 'plain') {
      word = (word ?? '') + part.text
      i = part.next
      continue
    }
    i++
    if (BLANK.test(c)) endWord()
    else if (c === '|') {
      endWord()
      commands.push([])
    } else if (ACTIVE.test(c)) return undefined
    else word = (word ?? '') + c
  }
  endWord()
  return commands.some((command) => command.length === 0) ? undefined : commands
}
