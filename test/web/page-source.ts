/** The page's own source as a tree, to look for words in it: what it says, asks for, and should have asked for. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { parseSync } from 'vite'

export const ROOT = path.resolve(import.meta.dirname, '../..')
const WEB = path.join(ROOT, 'web/src')
const WORDS = path.join(WEB, 'words')

/** Any node of a tree; what it has is looked at by name. */
export interface Node {
  readonly type: string
  readonly start: number
  readonly [name: string]: unknown
}
export interface Source {
  /** Below the repository. */
  readonly name: string
  readonly file: string
  readonly text: string
  readonly tree: Node
}

export const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as Node).type === 'string'

/** `visit` answers false where it is not to be gone into. */
export function walk(node: Node, visit: (node: Node) => boolean): void {
  if (!visit(node)) return
  for (const value of Object.values(node))
    for (const one of Array.isArray(value) ? value : [value]) if (isNode(one)) walk(one, visit)
}

const kept = new Map<string, Source>()
export function sourceOf(file: string): Source {
  const known = kept.get(file)
  if (known !== undefined) return known
  const text = readFileSync(file, 'utf8')
  const { program, errors } = parseSync(file, text, { lang: file.endsWith('x') ? 'tsx' : 'ts' })
  if (errors.length > 0) throw new Error(`${file}: ${errors[0]?.message}`)
  const source = { name: path.relative(ROOT, file), file, text, tree: program as unknown as Node }
  kept.set(file, source)
  return source
}

const sourcesIn = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name) && !entry.name.endsWith('.d.ts'))
    .map((entry) => path.join(entry.parentPath, entry.name))

/** Codes of plans, waves, imports and keys come from there as plain texts. */
export const ruleSources = (): readonly Source[] =>
  ['rollout', 'fleet', 'hosts', 'db', 'api']
    .flatMap((name) => sourcesIn(path.join(ROOT, 'src', name)))
    .filter((file) => !file.includes('generated'))
    .map(sourceOf)

/** Every file of the page but its catalogues. */
export const pageSources = (): readonly Source[] =>
  sourcesIn(WEB)
    .filter((file) => path.dirname(file) === WORDS || !file.startsWith(WORDS))
    .filter((file) => !/words\/(ru|en)\.ts$/.test(file))
    .map(sourceOf)

export const lineOf = ({ name, text }: Source, at: number): string =>
  `${name}:${text.slice(0, at).split('\n').length}`

/** What it imports of ours, as far as that goes; catalogues left out. */
export function reachOf(source: Source): readonly Source[] {
  const found = new Map<string, Source>()
  const queue = [source]
  for (let one = queue.pop(); one !== undefined; one = queue.pop()) {
    if (found.has(one.file)) continue
    found.set(one.file, one)
    for (const file of importsOf(one)) if (!found.has(file) && existsSync(file)) queue.push(sourceOf(file))
  }
  return [...found.values()]
}

function importsOf({ file, tree }: Source): string[] {
  const found: string[] = []
  walk(tree, (node) => {
    const from = node.type.startsWith('Import') || node.type.startsWith('Export') ? node.source : undefined
    const value = isNode(from) ? from.value : undefined
    if (typeof value === 'string' && /^\..*\.tsx?$/.test(value))
      found.push(path.resolve(path.dirname(file), value))
    return true
  })
  return found.filter((one) => !/[\\/]words[\\/](ru|en)/.test(one) && !one.includes('generated'))
}

export const textOf = (node: Node): string | undefined =>
  node.type === 'Literal' && typeof node.value === 'string' ? node.value : undefined

/** The fixed parts of a template: one more than it has holes. */
export function partsOf(node: Node): readonly string[] {
  if (node.type !== 'TemplateLiteral' || !Array.isArray(node.quasis)) return []
  return node.quasis.map((one: { value: { cooked: string } }) => one.value.cooked)
}

/** Texts, names of members: whatever may be put into a hole. */
export function tokensOf({ tree }: Source): ReadonlySet<string> {
  const found = new Set<string>()
  walk(tree, (node) => {
    const text = textOf(node)
    if (text !== undefined) found.add(text)
    const key = node.type === 'Property' || node.type === 'TSPropertySignature' ? node.key : undefined
    if (isNode(key) && key.type === 'Identifier' && typeof key.name === 'string') found.add(key.name)
    return true
  })
  return found
}

interface OwnText {
  readonly text: string
  readonly at: number
  /** Less than the whole text: of a template with holes. */
  readonly isPart: boolean
}
/** Every text that an expression may come to by itself: through conditions, not through calls. */
export function ownTexts(node: Node): readonly OwnText[] {
  const found: OwnText[] = []
  const inside = (value: unknown) => isNode(value) && found.push(...ownTexts(value))
  const text = textOf(node)
  if (text !== undefined) found.push({ text, at: node.start, isPart: false })
  const parts = partsOf(node)
  for (const part of parts) found.push({ text: part, at: node.start, isPart: parts.length > 1 })
  if (node.type === 'ConditionalExpression') [node.consequent, node.alternate].forEach(inside)
  if (node.type === 'LogicalExpression' || node.type === 'BinaryExpression')
    if (node.operator === '+' || node.type === 'LogicalExpression') [node.left, node.right].forEach(inside)
  if (node.type.includes('Expression') && 'expression' in node) inside(node.expression)
  if (node.type === 'JSXExpressionContainer') inside(node.expression)
  return found
}
