/** What a command says: lines and tables for people, JSON for programs. Everything passes through here. */

export interface Output {
  readonly isJson: boolean
  /** Somebody is looking, and can answer. */
  readonly isTerminal: boolean
  /** Width in columns. */
  readonly columns: number
  /** The result: one JSON document in JSON mode, else what `lines` makes of it. */
  result<T>(value: T, lines: (value: T) => readonly string[]): void
  /** A remark for who looks on; nothing in JSON mode. */
  say(line: string): void
  /** Over the last one, on a terminal; else nothing. */
  progress(line: string): void
  /** Writes as it is, for what is a document of its own. */
  raw(text: string): void
  ask(question: string): Promise<string>
}

const CONTROL = /\p{Cc}/gu

/** Names come from shops: a terminal's commands in them are not obeyed. */
export const clean = (text: string): string => text.replace(CONTROL, '·')

const cell = (value: unknown): string =>
  value === null || value === undefined || value === '' ? '–' : clean(String(value))

/** Columns of text, each as wide as its widest cell; the last one is as long as it is. */
export function table(head: readonly string[], rows: readonly (readonly unknown[])[]): string[] {
  const cells = [head, ...rows.map((row) => row.map(cell))]
  const widths = head.map((_, column) => Math.max(...cells.map((row) => (row[column] ?? '').length)))
  return cells.map((row) =>
    row
      .map((text, column) => (column === row.length - 1 ? text : text.padEnd(widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  )
}

/** `name  value` lines. */
export const fields = (pairs: readonly (readonly [string, unknown])[]): string[] => {
  const width = Math.max(...pairs.map(([name]) => name.length))
  return pairs.map(([name, value]) => `${name.padEnd(width)}  ${cell(value)}`)
}

/** A value of any shape on one line. */
export const flat = (value: unknown): string =>
  value !== null && typeof value === 'object' ? JSON.stringify(value) : String(value ?? 'unknown')

/** At most so many lines, and how many more there are. */
export const shortened = (lines: readonly string[], most: number): string[] =>
  lines.length <= most
    ? [...lines]
    : [...lines.slice(0, most), `… and ${lines.length - most} more (--json has all)`]

const FULL = 24

/** `████░░░░ 12 of 40`. */
export function bar(done: number, of: number): string {
  const part = of === 0 ? 1 : Math.min(1, Math.max(0, done / of))
  const full = Math.round(part * FULL)
  return `${'█'.repeat(full)}${'░'.repeat(FULL - full)} ${Math.floor(part * 100)}%`
}

export const bytes = (count: number): string => {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB']
  const power = count < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(count) / 10))
  return power === 0 ? `${count} bytes` : `${(count / 1024 ** power).toFixed(1)} ${units[power]}`
}

interface Streams {
  readonly out: NodeJS.WriteStream
  readonly err: NodeJS.WriteStream
  readonly in: NodeJS.ReadStream
}

export function createOutput(isJson: boolean, streams: Streams): Output {
  const { out, err } = streams
  const isTerminal = err.isTTY === true && streams.in.isTTY === true
  let isOpen = false
  /** A line of progress is left behind as it stands. */
  const settle = () => {
    if (isOpen) err.write('\n')
    isOpen = false
  }
  return {
    isJson,
    isTerminal,
    columns: err.columns ?? 100,
    result: (value, lines) => {
      settle()
      const text = isJson ? [JSON.stringify(value, null, 2)] : lines(value)
      if (text.length > 0) out.write(`${text.join('\n')}\n`)
    },
    say: (line) => {
      settle()
      if (!isJson) err.write(`${line}\n`)
    },
    progress: (line) => {
      if (isJson || err.isTTY !== true) return
      err.write(`\r\u001b[K${line.slice(0, (err.columns ?? 100) - 1)}`)
      isOpen = true
    },
    raw: (text) => {
      settle()
      out.write(text)
    },
    ask: async (question) => {
      settle()
      const { createInterface } = await import('node:readline/promises')
      const asking = createInterface({ input: streams.in, output: err })
      try {
        return await asking.question(question)
      } finally {
        asking.close()
      }
    },
  }
}
