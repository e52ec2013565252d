/** What the page says: whole in both languages, nothing in them unused, and nothing said beside them. */
import { expect, test } from 'vitest'
import { problems } from '../../src/api/problem.ts'
import { en } from '../../web/src/words/en.ts'
import { ru } from '../../web/src/words/ru.ts'
import {
  isNode,
  lineOf,
  type Node,
  ownTexts,
  pageSources,
  partsOf,
  reachOf,
  ruleSources,
  type Source,
  sourceOf,
  textOf,
  tokensOf,
  walk,
} from './page-source.ts'

type Texts = ReadonlyMap<string, string>
const FORMS = /_(zero|one|two|few|many|other)$/
const forms = { ru: ['few', 'many', 'one', 'other'], en: ['one', 'other'] } as const

function textsOf(words: object, before = ''): Texts {
  const found = new Map<string, string>()
  for (const [name, value] of Object.entries(words))
    if (typeof value === 'string') found.set(`${before}${name}`, value)
    else for (const [key, text] of textsOf(value, `${before}${name}.`)) found.set(key, text)
  return found
}

const catalogues = { ru: textsOf(ru), en: textsOf(en) } as const
const languages = ['ru', 'en'] as const
const baseOf = (key: string) => key.replace(FORMS, '')
const basesOf = (texts: Texts) => new Set([...texts.keys()].map(baseOf))
const all = [...basesOf(catalogues.ru)].sort()
const variablesOf = (text: string) =>
  [...text.matchAll(/{{\s*([\w.]+)[^}]*}}/g)].map(([, name]) => name ?? '')

/** In any of its forms. */
function variablesOfKey(texts: Texts, base: string): readonly string[] {
  const own = [...texts].filter(([key]) => baseOf(key) === base).flatMap(([, text]) => variablesOf(text))
  return [...new Set(own)].sort()
}
const isGroup = (key: string) => all.some((base) => base.startsWith(`${key}.`))
const isPlural = (base: string) => catalogues.ru.has(`${base}_other`)

test('both languages have the same, and every form that a number needs', () => {
  expect([...basesOf(catalogues.en)].sort()).toEqual(all)
  for (const language of languages) {
    const texts = catalogues[language]
    const wrong = all.filter((base) => {
      const own = [...texts.keys()].filter((key) => baseOf(key) === base && key !== base)
      const ends = own.map((key) => key.slice(base.length + 1)).sort()
      return texts.has(base) ? ends.length > 0 : ends.join() !== forms[language].join()
    })
    expect(wrong, language).toEqual([])
  }
})

test('no text is empty, and both languages name the same values', () => {
  for (const language of languages)
    expect([...catalogues[language]].filter(([, text]) => text.trim() === '')).toEqual([])
  const named = (texts: Texts) => all.map((base) => `${base}: ${variablesOfKey(texts, base).join(', ')}`)
  expect(named(catalogues.en)).toEqual(named(catalogues.ru))
})

test('Russian is not left in English, nor the other way round', () => {
  const own = ['shell.languageRu']
  const left = [...catalogues.en].filter(
    ([key, text]) => /\p{Script=Cyrillic}/u.test(text) && !own.includes(key),
  )
  expect(left).toEqual([])
})

test('every problem of the API and of the page itself has its words', () => {
  const local = ['offline', 'unanswered', 'answerUnreadable', 'cancelled']
  const codes = [...Object.keys(problems), ...local].sort()
  for (const language of languages) {
    const texts = catalogues[language]
    const without = codes.filter((code) => !texts.has(`problems.${code}`))
    expect(without, language).toEqual([])
    const beyond = [...texts.keys()].filter(
      (key) => key.startsWith('problems.') && !codes.includes(key.slice(9)),
    )
    expect(beyond, language).toEqual([])
  }
})

interface Asked {
  /** Fixed parts, with a hole between any two. */
  readonly parts: readonly string[]
  readonly source: Source
}

function everythingAsked(): { literals: ReadonlySet<string>; templates: readonly Asked[] } {
  const literals = new Set<string>()
  const templates: Asked[] = []
  for (const source of pageSources())
    walk(source.tree, (node) => {
      const text = textOf(node)
      if (text !== undefined) literals.add(text)
      const parts = partsOf(node)
      if (parts.length > 1 && /^[a-z]\w*\./i.test(parts[0] ?? '')) templates.push({ parts, source })
      return true
    })
  return { literals, templates }
}

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

test('nothing in them is unused', () => {
  const { literals, templates } = everythingAsked()
  const tokens = new Map<string, ReadonlySet<string>>()
  const rules = ruleSources()
  const knownTo = ({ source, parts }: Asked): ((key: string) => boolean) => {
    const shape = new RegExp(`^${parts.map(escaped).join('([^.]+)')}$`)
    const reach = [...reachOf(source), ...rules]
    const has = (text: string) =>
      reach.some((one) => {
        const own = tokens.get(one.file) ?? tokensOf(one)
        tokens.set(one.file, own)
        return own.has(text)
      })
    // A dot in a name would be a level of the catalogue: permissions have a line instead.
    const isThere = (hole: string) => has(hole) || has(hole.replace('_', '.'))
    return (key) => shape.exec(key)?.slice(1).every(isThere) ?? false
  }
  const known = templates.map(knownTo)
  const groups = pageSources().flatMap((source) =>
    callsOf(source).flatMap(({ key, given }) => (given?.includes('returnObjects') ? [`${key}.`] : [])),
  )
  const unused = all.filter(
    (base) =>
      !literals.has(base) &&
      !known.some((isOne) => isOne(base)) &&
      !groups.some((group) => base.startsWith(group)),
  )
  expect(unused).toEqual([])
})

interface AskedByName {
  readonly key: string
  /** Undefined: not to be told from here. */
  readonly given: readonly string[] | undefined
  readonly at: string
}
/** Keys that are asked for by name, with what is given along: `t(isOn ? 'a.b' : 'a.c', { count })`. */
function callsOf(source: Source): readonly AskedByName[] {
  const found: AskedByName[] = []
  walk(source.tree, (node) => {
    const callee = node.type === 'CallExpression' ? node.callee : undefined
    if (!isNode(callee) || callee.name !== 't' || !Array.isArray(node.arguments)) return true
    const [first, second] = node.arguments as Node[]
    if (first === undefined) return true
    for (const { text, at, isPart } of ownTexts(first))
      if (!isPart) found.push({ key: text, given: givenBy(second), at: lineOf(source, at) })
    return true
  })
  return found
}

function givenBy(options: Node | undefined): readonly string[] | undefined {
  if (options === undefined) return []
  if (options.type !== 'ObjectExpression' || !Array.isArray(options.properties)) return undefined
  const names = (options.properties as Node[]).map(({ key }) => (isNode(key) ? key.name : undefined))
  return names.every((name) => typeof name === 'string') ? (names as string[]) : undefined
}

test('what is asked for by name is there, and is given what it names', () => {
  const wrong = pageSources().flatMap((source) =>
    callsOf(source).flatMap(({ key, given, at }) => {
      if (given?.includes('returnObjects')) return isGroup(key) ? [] : [`${at} asks for ${key}`]
      if (!all.includes(key)) return [`${at} asks for ${key}`]
      const needed = [...variablesOfKey(catalogues.ru, key), ...(isPlural(key) ? ['count'] : [])]
      const missing = needed.filter((name) => given !== undefined && !given.includes(name))
      return missing.map((name) => `${at} ${key} without ${name}`)
    }),
  )
  expect(wrong).toEqual([])
})

const spoken =
  /^(aria-(label|description|roledescription|valuetext|placeholder)|title|placeholder|label|alt|hint|description|error|legend|summary)$/
/** Which of several titles, told to a component of ours. */
const IS_NAME = /^[a-z][A-Za-z]*$/
const HAS_WORD = /\p{L}{2}/u

function wordsBeside(source: Source): readonly string[] {
  const found: string[] = []
  const tell = (texts: readonly { text: string; at: number }[]) => {
    for (const { text, at } of texts)
      if (HAS_WORD.test(text)) found.push(`${lineOf(source, at)} ${text.trim()}`)
  }
  walk(source.tree, (node) => {
    if (node.type === 'JSXText') tell([{ text: String(node.value), at: node.start }])
    const name = isNode(node.name) ? String(node.name.name) : ''
    if (node.type === 'JSXAttribute' && spoken.test(name) && isNode(node.value))
      tell(ownTexts(node.value).filter(({ text }) => name !== 'title' || !IS_NAME.test(text)))
    if (node.type === 'JSXElement' && Array.isArray(node.children))
      for (const child of node.children as Node[])
        if (child.type === 'JSXExpressionContainer') tell(ownTexts(child))
    const own = textOf(node) ?? partsOf(node).join('')
    if (/\p{Script=Cyrillic}/u.test(own)) found.push(`${lineOf(source, node.start)} ${own}`)
    return true
  })
  return found
}

test('nothing is said beside them: no literal word in a component, nor in what is read out', () => {
  expect(pageSources().flatMap(wordsBeside)).toEqual([])
})

test('this test reads the page as it is written', () => {
  const names = pageSources().map((source) => source.name)
  expect(names).toContain('web/src/shell/shell.tsx')
  expect(names.filter((name) => name.includes('/words/'))).toEqual(['web/src/words/language.ts'])
  const shell = sourceOf(pageSources().find(({ name }) => name.endsWith('/shell.tsx'))?.file ?? '')
  expect(callsOf(shell).map(({ key }) => key)).toContain('shell.skip')
})
