/** The page's root: the server names it by `<base>`, so any prefix of a proxy will do. Ends with `/`. */
const ROOT = new URL('./', document.baseURI)

/** An address of this server: `path` without a leading slash, `api/v1/stores`. */
export const addressOf = (path: string): string => new URL(path.replace(/^\/+/, ''), ROOT).href

/** Where the router begins. */
export const BASE_PATH = ROOT.pathname

/** Longer than a page takes to be left: after that it was not, as where somebody chose to stay. */
const LEFT_WITHIN_MS = 10_000
let leaving: { readonly address: string; readonly at: number } | undefined

/**
 * Leaves this page for another of this server, `path` as of `addressOf`. Many requests are refused at once, and each
 * says so: going there once more would cut off the going that is under way, and begin it anew.
 */
export function goTo(path: string): void {
  const address = addressOf(path)
  const now = performance.now()
  if (leaving?.address === address && now - leaving.at < LEFT_WITHIN_MS) return
  leaving = { address, at: now }
  location.assign(address)
}
