/** A browser as far as signing in is concerned: it keeps cookies, says from where it sends, and follows nothing by itself. */
import type { Reply } from './head-office.ts'

export interface Browser {
  readonly cookies: Map<string, string>
  /** An address of any server; a form is sent as browsers send one. */
  go(method: 'GET' | 'POST', url: string, form?: Readonly<Record<string, string>>): Promise<Reply>
  /** With the cookies, JSON, and the headers of our own page. */
  call(
    method: string,
    url: string,
    json?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Reply>
}

const cookieOf = (line: string): [string, string] => {
  const pair = line.split(';')[0] ?? ''
  const at = pair.indexOf('=')
  return [pair.slice(0, at), pair.slice(at + 1)]
}

/** Of any host: every test has one server of ours and at most one other. */
export function openBrowser(own: string): Browser {
  const cookies = new Map<string, string>()
  async function send(url: string, init: RequestInit & { headers: Record<string, string> }): Promise<Reply> {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const headers = { ...init.headers, ...(cookie === '' ? {} : { Cookie: cookie }) }
    const reply = await fetch(new URL(url, own), { ...init, headers, redirect: 'manual' })
    for (const line of reply.headers.getSetCookie()) {
      const [name, value] = cookieOf(line)
      if (value === '') cookies.delete(name)
      else cookies.set(name, value)
    }
    const text = await reply.text()
    const isJson = reply.headers.get('content-type')?.includes('json') ?? false
    return { status: reply.status, headers: reply.headers, text, json: isJson ? JSON.parse(text) : undefined }
  }
  const origin = new URL(own).origin
  return {
    cookies,
    go: (method, url, form) =>
      send(url, {
        method,
        headers: {
          Accept: 'text/html',
          ...(form === undefined
            ? {}
            : { Origin: origin, 'Content-Type': 'application/x-www-form-urlencoded' }),
        },
        body: form === undefined ? null : new URLSearchParams(form).toString(),
      }),
    call: (method, url, json, headers = {}) =>
      send(url, {
        method,
        headers: {
          'Sec-Fetch-Site': 'same-origin',
          ...(json === undefined ? {} : { 'Content-Type': 'application/json' }),
          ...headers,
        },
        body: json === undefined ? null : JSON.stringify(json),
      }),
  }
}
