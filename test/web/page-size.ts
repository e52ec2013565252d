/** What a browser takes before it can show anything, by the built page's own files. */
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { gzipSync } from 'node:zlib'

export interface PageSize {
  /** Of the first scripts and what they import at once; gzip. */
  readonly firstBytes: number
  readonly first: readonly string[]
  /** Of the words of one language, loaded beside; gzip. */
  readonly wordsBytes: Readonly<Record<'ru' | 'en', number>>
  /** Scripts, among the first ones, that hold words of a language. */
  readonly wordsAtFirst: readonly string[]
  /** Scripts that hold the words of both. */
  readonly wordsOfBoth: readonly string[]
  readonly largest: readonly (readonly [string, number])[]
}

const STATIC = /(?:from|import)\s*"\.\/([\w.-]+\.js)"/g
/** One text of each catalogue. */
const samples = { ru: 'К содержанию', en: 'To the content' } as const
const languages = ['ru', 'en'] as const

export async function measurePage(folder: string): Promise<PageSize> {
  const assets = path.join(folder, 'assets')
  const names = (await readdir(assets)).filter((name) => name.endsWith('.js'))
  const texts = new Map<string, string>()
  for (const name of names) texts.set(name, await readFile(path.join(assets, name), 'utf8'))
  const html = await readFile(path.join(folder, 'index.html'), 'utf8')
  const first = new Set<string>()
  const queue = [...html.matchAll(/assets\/([\w.-]+\.js)/g)].map(([, name]) => name ?? '')
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    if (first.has(name)) continue
    first.add(name)
    for (const [, next] of (texts.get(name) ?? '').matchAll(STATIC)) if (next !== undefined) queue.push(next)
  }
  const bytesOf = (name: string) => gzipSync(texts.get(name) ?? '', { level: 9 }).length
  const sum = (some: Iterable<string>) => [...some].reduce((all, name) => all + bytesOf(name), 0)
  const speaks = (name: string, language: 'ru' | 'en') =>
    texts.get(name)?.includes(samples[language]) ?? false
  const wordsOf = (language: 'ru' | 'en') => names.filter((name) => speaks(name, language))
  return {
    firstBytes: sum(first),
    first: [...first],
    wordsBytes: { ru: sum(wordsOf('ru')), en: sum(wordsOf('en')) },
    wordsAtFirst: [...first].filter((name) => languages.some((one) => speaks(name, one))),
    wordsOfBoth: names.filter((name) => languages.every((one) => speaks(name, one))),
    largest: names
      .map((name) => [name, bytesOf(name)] as const)
      .sort(([, a], [, b]) => b - a)
      .slice(0, 8),
  }
}
