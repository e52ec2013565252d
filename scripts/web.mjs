// Builds the page, web/ → dist/web, unless what lies there was made of the same sources. See docs/adr/0010.
//   node scripts/web.mjs [--force | --if-missing | --check]
// --check builds nothing and says one word: current, stale, missing, or noSources where there is nothing to build from.
// It builds into a folder beside and renames, so that a server never reads half a page, and two builds at once end
// with a whole one. Vite says which files of src/ the page is made of; they are kept in dist/web/.built.
import { createHash } from 'node:crypto'
import { constants as modes } from 'node:fs'
import {
  access,
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises'
import path from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'

const { values: asked } = parseArgs({
  options: {
    force: { type: 'boolean', default: false },
    'if-missing': { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
    // For tests: of another copy of the repository.
    root: { type: 'string', default: path.resolve(import.meta.dirname, '..') },
  },
})
const root = path.resolve(asked.root)
const source = path.join(root, 'web')
const target = path.join(root, 'dist/web')
const SWAPS = 20
/** A build that was cut short left its folder. */
const LEFT_MS = 3600_000
/** Others shrink too little, or are packed already. */
const PACKABLE = /\.(js|css|svg|json|webmanifest|txt)$/
const SMALL = 1024

const squeeze = {
  br: (body) =>
    promisify(brotliCompress)(body, {
      params: {
        [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
        [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
        [constants.BROTLI_PARAM_SIZE_HINT]: body.length,
      },
    }),
  gz: (body) => promisify(gzip)(body, { level: constants.Z_BEST_COMPRESSION }),
}

async function filesIn(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort()
}

/** Names of all that the page is made of, below the root. */
async function sourcesWith(imported) {
  const own = (await filesIn(source)).map((file) => path.relative(root, file))
  return [...own, ...imported, 'package-lock.json', 'scripts/web.mjs']
}

/** A file that is gone counts as well. */
const readSource = (name) => readFile(path.join(root, name)).catch(() => Buffer.from('none'))

const digestOf = async (name) =>
  createHash('sha256')
    .update(await readSource(name))
    .digest('hex')

async function digest(imported) {
  const hash = createHash('sha256')
  for (const name of await sourcesWith(imported)) {
    const body = await readSource(name)
    hash.update(`${name}\0${body.length}\0`).update(body)
  }
  return hash.digest('hex')
}

/** What each file holds, by name: all that the page may be made of. Times say nothing: a copy or a clock changes them. */
async function readContents() {
  const beside = await filesIn(path.join(root, 'src')).catch(() => [])
  const contents = new Map()
  for (const name of await sourcesWith(beside.map((file) => path.relative(root, file))))
    contents.set(name, await digestOf(name))
  return contents
}

/** Then nobody knows which content it was built of. */
async function hasChangedSince(before, imported) {
  for (const name of await sourcesWith(imported)) {
    if (before.get(name) !== (await digestOf(name))) return true
  }
  return false
}

async function readMark() {
  try {
    const mark = JSON.parse(await readFile(path.join(target, '.built'), 'utf8'))
    return typeof mark.digest === 'string' && Array.isArray(mark.imported) ? mark : undefined
  } catch {
    return undefined
  }
}

/** What the page imports from beside web/, as Vite found it. */
function noteImports(into) {
  return {
    name: 'nightshift-imports',
    buildEnd() {
      for (const id of this.getModuleIds()) {
        const name = path.relative(root, id.replace(/^\0+/, '').split('?')[0])
        const isOurs = !/^(\.\.|web|node_modules)([/\\]|$)/.test(name) && path.isAbsolute(id)
        if (isOurs && !name.includes('node_modules')) into.add(name)
      }
    },
  }
}

async function pack(folder) {
  for (const file of await filesIn(folder)) {
    if (!PACKABLE.test(file)) continue
    const body = await readFile(file)
    if (body.length < SMALL) continue
    for (const [ending, make] of Object.entries(squeeze)) {
      const packed = await make(body)
      if (packed.length < body.length) await writeFile(`${file}.${ending}`, packed)
    }
  }
}

/** Another build may do the same at this moment: whoever is last stays. */
async function putInPlace(folder) {
  for (let i = 0; i < SWAPS; i += 1) {
    const former = `${folder}.former-${i}`
    await rename(target, former).catch((error) => {
      if (error.code !== 'ENOENT') throw error
    })
    try {
      await rename(folder, target)
      return
    } catch (error) {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error
    } finally {
      await rm(former, { recursive: true, force: true })
    }
  }
  throw new Error('another build is in the way')
}

async function removeLeft(parent) {
  for (const name of await readdir(parent)) {
    if (!name.startsWith('web-')) continue
    const { mtimeMs } = await stat(path.join(parent, name)).catch(() => ({ mtimeMs: Date.now() }))
    if (Date.now() - mtimeMs > LEFT_MS) await rm(path.join(parent, name), { recursive: true, force: true })
  }
}

async function build(vite) {
  await mkdir(path.dirname(target), { recursive: true })
  await removeLeft(path.dirname(target))
  const before = await readContents()
  const folder = await mkdtemp(path.join(path.dirname(target), 'web-'))
  try {
    const imported = new Set()
    await vite.build({
      root: source,
      configFile: path.join(source, 'vite.config.ts'),
      configLoader: 'runner',
      logLevel: 'warn',
      plugins: [noteImports(imported)],
      build: { outDir: folder, emptyOutDir: true },
    })
    await pack(folder)
    const names = [...imported].sort()
    const isSure = !(await hasChangedSince(before, names))
    const mark = { digest: isSure ? await digest(names) : 'changed meanwhile', imported: names }
    await writeFile(path.join(folder, '.built'), `${JSON.stringify(mark)}\n`)
    // Who serves it may be somebody else.
    await chmod(folder, 0o755)
    await putInPlace(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Of what a browser has to fetch before it shows anything. */
async function firstBytes() {
  const index = await readFile(path.join(target, 'index.html'), 'utf8')
  const names = [...index.matchAll(/(?:src|href)="\.\/(assets\/[^"]+\.js)"/g)].map(([, name]) => name)
  let bytes = 0
  for (const name of names)
    bytes += (await readFile(path.join(target, `${name}.gz`)).catch(() => readFile(path.join(target, name))))
      .length
  return bytes
}

/** Of a page that is there. */
const isCurrent = async (mark) => mark !== undefined && mark.digest === (await digest(mark.imported))

async function check(mark) {
  const isThere = await access(path.join(target, 'index.html')).then(
    () => true,
    () => false,
  )
  if (!isThere) return 'missing'
  if ((await filesIn(source).catch(() => [])).length === 0) return 'noSources'
  return (await isCurrent(mark)) ? 'current' : 'stale'
}

const REFUSED = new Set(['EACCES', 'EPERM', 'EROFS'])

/** Before minutes of work, and in words: who builds may be another than who runs. */
async function requireWritable(state) {
  let folder = path.dirname(target)
  while (folder !== root && !(await stat(folder).catch(() => undefined))) folder = path.dirname(folder)
  try {
    await access(folder, modes.W_OK | modes.X_OK)
  } catch (error) {
    if (!REFUSED.has(error.code)) throw error
    throw new Error(mayNotWrite(state, folder, error.code))
  }
}

function mayNotWrite(state, folder, code) {
  const who = process.getuid?.() ?? 'this user'
  return [
    `dist/web is ${state}, and this user (${who}) may not write to ${folder} (${code}).`,
    `  Build it once as somebody who may: npm run build`,
    `  or give the folder to this user:   chown -R ${who} ${folder}`,
  ].join('\n')
}

async function main() {
  const mark = asked.force ? undefined : await readMark()
  if (asked.check) return console.log(await check(mark))
  if (mark !== undefined && asked['if-missing']) return
  const sources = await filesIn(source).catch(() => [])
  if (sources.length === 0) return console.log('web: there is no web/ here: nothing to build')
  if (await isCurrent(mark)) return console.log('web: dist/web is as new as its sources')
  const began = performance.now()
  const state = (await check(mark)) === 'missing' ? 'missing' : asked.force ? 'to be built anew' : 'stale'
  await requireWritable(state)
  // React of development is twice the size.
  process.env.NODE_ENV = 'production'
  const vite = await import('vite').catch((error) => {
    if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error
    throw new Error('the package "vite" is not installed: npm ci')
  })
  await build(vite).catch((error) => {
    // What a former build left may be somebody else's, though the folder is ours.
    throw REFUSED.has(error.code) ? new Error(mayNotWrite(state, error.path ?? target, error.code)) : error
  })
  const seconds = ((performance.now() - began) / 1000).toFixed(1)
  console.log(
    `web: built in ${seconds} s, JavaScript at first ${Math.round((await firstBytes()) / 1024)} KB (gzip)`,
  )
}

try {
  await main()
} catch (error) {
  console.error(`web: ${error.message}`)
  process.exitCode = 1
}
