/** A head office with everything that runs in it, and people who look at its page with a real browser. */
import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import type { Role } from '../../src/api/permissions.ts'
import { startApi } from '../../src/api/server.ts'
import { hashGood } from '../../src/api/sign-in.ts'
import { createToken } from '../../src/db/tokens.ts'
import { createUser } from '../../src/db/users.ts'
import type { Fleet, FleetOptions } from '../../src/sim/fleet.ts'
import { findProgram } from '../support/needs.ts'
import { type Office, openFleet, openOffice } from '../support/office.ts'
import { until } from '../support/until.ts'
import { PATIENT } from './soon.ts'

const PASSWORD = 'correct horse battery'
const ROOT = path.resolve(import.meta.dirname, '../..')

export interface VisitOptions {
  readonly role?: Role
  readonly storeGroups?: readonly string[]
  readonly language?: 'ru' | 'en'
  readonly scheme?: 'light' | 'dark'
  readonly timeZone?: string
  readonly viewport?: { width: number; height: number }
}

export interface Visitor {
  readonly page: Page
  /** What went wrong in the browser: errors of scripts, of the content policy, of the console. */
  readonly faults: string[]
  /** Below the page's root: `stores/M1/tills`. */
  go(where: string): Promise<void>
  /** Asks the API with the person's own session. */
  close(): Promise<void>
}

export interface PageOffice {
  readonly office: Office
  readonly fleet: Fleet
  readonly url: string
  /** Of the API, as an administrator by token. */
  api<T>(method: string, where: string, body?: unknown, headers?: Record<string, string>): Promise<T>
  /** Somebody of this role, signed in, with a browser of their own. */
  visit(options?: VisitOptions): Promise<Visitor>
  /** As if its process had died, and then been started again at the same address. */
  stopApi(): Promise<void>
  startApi(): Promise<void>
  close(): Promise<void>
}

export interface PageOfficeOptions {
  readonly fleet?: Partial<FleetOptions>
  readonly settings?: Readonly<Record<string, string>>
  /** Left out: a worker runs. */
  readonly worker?: boolean
}

export const CHROMIUM = ['chromium'] as const

/** As `npm run build`: at once where nothing has changed. */
const build = () => promisify(execFile)(process.execPath, [path.join(ROOT, 'scripts/web.mjs')], { cwd: ROOT })

export async function startBrowser(): Promise<Browser> {
  const executablePath = findProgram('chromium')
  if (executablePath === undefined) throw new Error('chromium is not installed')
  return chromium.launch({
    executablePath,
    timeout: 120_000,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-dev-shm-usage'],
  })
}

function watchFaults(page: Page): string[] {
  const faults: string[] = []
  page.on('pageerror', (error) => faults.push(String(error)))
  page.on('console', (message) => {
    // An answer that refuses is told by the page itself.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      faults.push(message.text())
  })
  return faults
}

async function signIn(context: BrowserContext, url: string, login: string): Promise<void> {
  const reply = await context.request.post(`${url}/api/v1/session`, {
    data: { login, password: PASSWORD },
    timeout: 120_000,
    headers: { Origin: url, 'Sec-Fetch-Site': 'same-origin' },
  })
  if (!reply.ok()) throw new Error(await reply.text())
}

export async function openPageOffice(options: PageOfficeOptions = {}): Promise<PageOffice> {
  await build()
  const settings = { NIGHTSHIFT_RATE_PER_MINUTE: '0', ...options.settings }
  const office = await openOffice({ settings })
  const { db, queues, config, log } = office
  const fleet = await openFleet(office, { stores: 2, tills: 6, ...options.fleet })
  if (options.worker !== false) await office.startWorker()
  let api = await startApi({ db, queues, config, log })
  const token = await createToken(db, 'page test')
  const browser = await startBrowser()
  let people = 0
  const pages = new Set<Page>()
  /** A request that a test holds back may be on its way: nobody waits for what becomes of it. */
  const leave = async (page: Page): Promise<void> => {
    pages.delete(page)
    if (!page.isClosed()) await page.unrouteAll({ behavior: 'ignoreErrors' })
  }

  const visit = async (asked: VisitOptions = {}): Promise<Visitor> => {
    const {
      role = 'admin',
      storeGroups = [],
      language = 'ru',
      scheme = 'light',
      timeZone = 'Europe/Moscow',
    } = asked
    people += 1
    const login = `${role}${people}`
    const passwordHash = await hashGood(PASSWORD, login)
    await createUser(db, { login, name: login, role, storeGroups, createdBy: 'test', passwordHash })
    const context = await browser.newContext({
      baseURL: `${api.url}/`,
      colorScheme: scheme,
      locale: language,
      timezoneId: timeZone,
      viewport: asked.viewport ?? { width: 1440, height: 900 },
      reducedMotion: 'reduce',
    })
    await signIn(context, api.url, login)
    const page = await context.newPage()
    page.setDefaultTimeout(PATIENT.timeout)
    pages.add(page)
    const faults = watchFaults(page)
    return {
      page,
      faults,
      go: async (where) => {
        await page.goto(`${api.url}/${where}`)
      },
      close: async () => {
        await leave(page)
        await context.close()
      },
    }
  }
  return {
    office,
    fleet,
    url: api.url,
    api: async <T>(method: string, where: string, body?: unknown, headers = {}): Promise<T> => {
      const reply = await fetch(`${api.url}/api/v1${where}`, {
        method,
        headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json', ...headers },
        body: body === undefined ? null : JSON.stringify(body),
      })
      const text = await reply.text()
      if (!reply.ok) throw new Error(`${method} ${where}: ${reply.status} ${text}`)
      return (text === '' ? undefined : JSON.parse(text)) as T
    },
    visit,
    stopApi: () => api.close(),
    startApi: async () => {
      const { port } = api
      // Whoever took the port meanwhile, as a connection of somebody else's, gives it back.
      const again = () => startApi({ db, queues, config: { ...config, port }, log })
      api = await until(again, { within: PATIENT.timeout, label: `port ${port} is free again`, every: 200 })
    },
    close: async () => {
      await Promise.all([...pages].map(leave))
      await browser.close()
      await api.close()
      await office.close()
      await fleet.stop()
    },
  }
}
