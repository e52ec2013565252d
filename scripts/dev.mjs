// `npm run dev`: the page with hot reload, before the demo's head office or an existing one. Ctrl-C ends both.
//   node scripts/dev.mjs [--server URL] [--port N]
import { spawn } from 'node:child_process'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { createServer } from 'vite'

const { values: asked } = parseArgs({
  options: { server: { type: 'string' }, port: { type: 'string', default: '5173' } },
})
const root = path.resolve(import.meta.dirname, '..')
/** Everything of the head office's that is not the page. */
const OFFICE = '^/(api|queues|sign-in|sign-out|welcome|password|demo)(/|\\?|$)'
const START_MS = 120_000

/** The demo, its output passed on; resolves with its page's address once it has one. */
function startDemo() {
  const demo = spawn(process.execPath, ['bin/nightshift.js', 'demo'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const page = new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error('the demo did not start')), START_MS)
    let text = ''
    const look = (chunk) => {
      process.stdout.write(chunk)
      text = (text + chunk).slice(-10_000)
      const found = /^page +(http:\S+)/m.exec(text)?.[1]
      if (found === undefined) return
      clearTimeout(late)
      resolve(new URL(found))
    }
    demo.stdout.setEncoding('utf8').on('data', look)
    demo.on('exit', (code) => reject(new Error(`the demo ended with ${code}`)))
    demo.on('error', reject)
  })
  return { demo, page }
}

/** In development the page's root is the server's: what would be filled in by src/api/pages/app.ts. */
const fillIn = {
  name: 'nightshift-base',
  transformIndexHtml: (html) => html.replace('<base href="./">', '<base href="/">'),
}

const started = asked.server === undefined ? startDemo() : undefined
let vite
let isEnding = false
async function end(code) {
  if (isEnding) return
  isEnding = true
  await vite?.close()
  const { demo } = started ?? {}
  if (demo !== undefined && demo.exitCode === null && demo.signalCode === null) {
    const gone = new Promise((resolve) => demo.once('exit', resolve))
    // Another signal than Ctrl-C's, which has reached it already on a terminal: twice the same would cut it short.
    demo.kill('SIGTERM')
    await gone
  }
  process.exit(code)
}
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => void end(0))

try {
  const office = started === undefined ? new URL(asked.server) : await started.page
  vite = await createServer({
    root: path.join(root, 'web'),
    configFile: path.join(root, 'web/vite.config.ts'),
    configLoader: 'runner',
    plugins: [fillIn],
    // The Host stays as the browser has it: the head office compares it with where a form comes from.
    server: { port: Number(asked.port), proxy: { [OFFICE]: { target: office.origin, changeOrigin: false } } },
  })
  await vite.listen()
  const here = new URL(office.pathname, vite.resolvedUrls?.local[0])
  console.log(
    `\ndev     ${here.href}   (${started === undefined ? `before ${office.origin}` : 'signed in'})\n`,
  )
  started?.demo.once('exit', () => void end(1))
} catch (error) {
  console.error(`dev: ${error.message}`)
  await end(1)
}
