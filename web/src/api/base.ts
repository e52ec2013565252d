/** The page's root: the server names it by `<base>`, so any prefix of a proxy will do. Ends with `/`. */
const ROOT = new URL('./', document.baseURI)

/** An address of this server: `path` without a leading slash, `api/v1/stores`. */
export const addressOf = (path: string): string => new URL(path.replace(/^\/+/, ''), ROOT).href

/** Where the router begins. */
export const BASE_PATH = ROOT.pathname
