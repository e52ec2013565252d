/** A UKM 4 head office by its own page: the grid of tills, `r=pos/index&onlyGrid=1`, one store at a time. */
import { type Cheerio, type CheerioAPI, load } from 'cheerio'
import {
  idInName,
  kindOf,
  LOOPBACK,
  statusOfCells,
  Ukm4Failed,
  type Ukm4Fleet,
  type Ukm4Note,
  type Ukm4Till,
} from './till.ts'

export interface Ukm4Page {
  /** Of the head office's pages: `https://sgo.example/index.php`. */
  readonly url: string
  readonly stores: readonly { readonly code: string; readonly name?: string; readonly id?: string }[]
  /** What the store selector sends, beside the store's id. */
  readonly storeParameter?: string
  /** `cookie: NAME=VALUE` or `basic: user:password`. */
  readonly credential?: string
  readonly timeoutMs?: number
}

const TIMEOUT_MS = 30_000
const MAX_BYTES = 10 * 1024 * 1024
const MAX_ROWS = 2000

/** The page's columns. Without the first four no grid is meant. */
const HEADS = {
  number: 'Номер',
  name: 'Название',
  address: 'Адрес кассы',
  state: 'Состояние',
  version: 'Версия',
  shift: 'Смена',
  sum: 'Сумма',
  cashier: 'Кассир',
  autoUpdate: 'Авто-обновление',
  download: 'Загрузка',
} as const
type Head = keyof typeof HEADS
const NEEDED: readonly Head[] = ['number', 'name', 'address', 'state']

const plain = (text: string): string => text.replaceAll(/[\s\u00a0]+/g, ' ').trim()

function headsOf($: CheerioAPI, table: Cheerio<never>): Map<Head, number> | undefined {
  const row = $(table).find('tr').first().find('th, td').toArray()
  const names = row.map((cell) => plain($(cell).text()))
  const found = new Map<Head, number>()
  for (const head of Object.keys(HEADS) as Head[]) {
    const at = names.indexOf(HEADS[head])
    if (at >= 0) found.set(head, at)
  }
  return NEEDED.every((head) => found.has(head)) ? found : undefined
}

const DIGITS = /(?:^|[^\d])(\d{3,20})$/

/** The row's own id, its checkbox, or a link to its card. */
function idInRow($: CheerioAPI, row: Cheerio<never>): string | undefined {
  const box = $(row).find('input[type=checkbox]').first()
  const links = $(row)
    .find('a[href]')
    .toArray()
    .map((link) => /[?&](?:id|cash_?id|pos_?id)=(\d{1,20})/i.exec($(link).attr('href') ?? '')?.[1])
  const own = [
    $(row).attr('data-cash-id'),
    $(row).attr('data-id'),
    $(row).attr('data-key'),
    $(row).attr('id'),
  ]
  const candidates = [...own, box.attr('value'), box.attr('data-id'), ...links]
  for (const text of candidates) {
    const id = text === undefined ? undefined : (/^\d{1,20}$/.exec(text)?.[0] ?? DIGITS.exec(text)?.[1])
    if (id !== undefined) return id
  }
  return undefined
}

/** All rows of the grid in a page. @throws Ukm4Failed noGrid */
export function parseGrid(html: string, store: string, notes: Ukm4Note[]): Ukm4Till[] {
  const $ = load(html)
  for (const element of $('table').toArray()) {
    const table = $(element) as unknown as Cheerio<never>
    const heads = headsOf($, table)
    if (heads === undefined) continue
    const rows = $(element).find('tr').toArray().slice(1)
    if (rows.length > MAX_ROWS) throw new Ukm4Failed('tooMuch', `the grid has more than ${MAX_ROWS} rows`)
    return rows.flatMap((one): Ukm4Till[] => {
      const cells = $(one)
        .find('td')
        .toArray()
        .map((cell) => $(cell).text())
      const text = (head: Head): string => plain(cells[heads.get(head) ?? -1] ?? '')
      const name = text('name')
      if (name === '') return []
      const cashId = idInName(name) ?? idInRow($, $(one) as unknown as Cheerio<never>)
      if (cashId === undefined) {
        notes.push({ code: 'tillWithoutId', value: `${store}: ${name}` })
        return []
      }
      const address = text('address') === '' ? null : text('address')
      const shown = Object.fromEntries((Object.keys(HEADS) as Head[]).map((head) => [head, text(head)]))
      return [
        {
          ...{ cashId, store, name, kind: kindOf(name), host: address },
          number: /^\d{1,6}$/.test(text('number')) ? Number(text('number')) : 0,
          isOnServer: address !== null && LOOPBACK.has(address),
          status: statusOfCells(shown as Record<Head, string>),
          // The page does not say when it had this from the till.
          readAt: null,
        },
      ]
    })
  }
  const isSignIn = $('input[type=password]').length > 0
  if (isSignIn) throw new Ukm4Failed('signedOut', 'the page asks for a sign-in: renew the credential file')
  throw new Ukm4Failed(
    'noGrid',
    `there is no table with the columns ${NEEDED.map((head) => HEADS[head]).join(', ')}`,
  )
}

/** @throws Ukm4Failed where the text is neither */
function authOf(credential: string | undefined): Record<string, string> {
  if (credential === undefined) return {}
  const [, kind, value] = /^(cookie|basic):\s*(\S.*)$/i.exec(credential.trim()) ?? []
  if (kind?.toLowerCase() === 'cookie') return { Cookie: value ?? '' }
  if (kind?.toLowerCase() === 'basic')
    return { Authorization: `Basic ${Buffer.from(value ?? '').toString('base64')}` }
  throw new Ukm4Failed(
    'signedOut',
    'a credential file holds one line: `cookie: NAME=VALUE` or `basic: user:password`',
  )
}

async function readLimited(response: Response): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.length
    if (size > MAX_BYTES) throw new Ukm4Failed('tooMuch', `the page is larger than ${MAX_BYTES} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** One GET, and no other method ever. */
async function getPage(url: URL, page: Ukm4Page): Promise<string> {
  try {
    const response = await fetch(url, {
      headers: { ...authOf(page.credential), Accept: 'text/html' },
      redirect: 'manual',
      signal: AbortSignal.timeout(page.timeoutMs ?? TIMEOUT_MS),
    })
    if (
      response.status === 401 ||
      response.status === 403 ||
      (response.status >= 300 && response.status < 400)
    ) {
      await response.body?.cancel()
      throw new Ukm4Failed('signedOut', `the page answers ${response.status}: renew the credential file`)
    }
    if (!response.ok) {
      await response.body?.cancel()
      throw new Ukm4Failed('unreachable', `the page answers ${response.status}`)
    }
    const bytes = await readLimited(response)
    const charset = /charset=([\w-]+)/i.exec(response.headers.get('content-type') ?? '')?.[1] ?? 'utf-8'
    return new TextDecoder(charset).decode(bytes)
  } catch (error) {
    if (error instanceof Ukm4Failed) throw error
    const isLate = error instanceof Error && error.name === 'TimeoutError'
    const why = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error)
    throw new Ukm4Failed(
      isLate ? 'timedOut' : 'unreachable',
      `${url.origin}: ${isLate ? 'no answer in time' : why}`,
      {
        cause: error,
      },
    )
  }
}

/**
 * Reads the tills of each store.
 * @throws Ukm4Failed
 */
export async function readUkm4Page(page: Ukm4Page): Promise<Ukm4Fleet> {
  const askedAt = Date.now()
  const notes: Ukm4Note[] = []
  const tills: Ukm4Till[] = []
  for (const { code, id } of page.stores) {
    const url = new URL(page.url)
    url.searchParams.set('r', 'pos/index')
    url.searchParams.set('onlyGrid', '1')
    if (id !== undefined) url.searchParams.set(page.storeParameter ?? 'store', id)
    tills.push(...parseGrid(await getPage(url, page), code, notes))
  }
  const stores = page.stores.map(({ code, name }) => ({ code, name: name ?? null, host: null }))
  return { source: 'ukm4:page', askedAt, stores, tills, notes }
}
