/** The one place where words become a POSIX command line. */

const PLAIN = /^[A-Za-z0-9_./:@+,-]+$/

/**
 * One word, so that the login shell reads back exactly it: any POSIX shell, and also fish and csh, which read a
 * backslash or `!` inside quotes differently, so these stand outside of them. Throws RangeError on a NUL,
 * which no argument can hold.
 */
export function quoteWord(word: string): string {
  if (word.includes('\0')) throw new RangeError('an argument cannot hold a NUL')
  return PLAIN.test(word) ? word : `'${word.replaceAll(/['\\!]/g, (found) => `'\\${found}'`)}'`
}

/** A command line that runs `args[0]` with the rest as its arguments, whatever they hold. */
export function quoteCommand(args: readonly string[]): string {
  const [program] = args
  if (program === undefined || program === '') throw new RangeError('a command needs a program')
  return args.map(quoteWord).join(' ')
}

/** `a | b`: the exit status is that of the last. */
export function quotePipeline(commands: readonly (readonly string[])[]): string {
  return commands.map(quoteCommand).join(' | ')
}
