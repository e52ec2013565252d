/** One small page: no scripts, nothing fetched, forms go nowhere but here. */
import { createHash } from 'node:crypto'
import type { Response } from 'express'
import { html, type Markup, nothing } from '../../report/markup.ts'
import { type Language, type PageWord, say } from './words.ts'

const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, "DejaVu Sans", Arial, sans-serif; }
body { max-width: 24rem; margin: 12vh auto 0; padding: 0 1rem; }
h1 { font-size: 1.4rem; }
label { display: block; margin: 1rem 0 0; font-weight: 600; }
input { box-sizing: border-box; width: 100%; padding: .5rem; font: inherit; }
small { display: block; }
button { margin: 1.5rem 0 0; padding: .5rem 1.5rem; font: inherit; }
.fault { border-left: .3rem solid #c00; padding: .25rem .75rem; }
`
const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64')
const POLICY = `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`

export interface Shown {
  readonly language: Language
  readonly title: PageWord
  readonly body: readonly Markup[]
  readonly status?: number
}

export function sendPage(response: Response, { language, title, body, status = 200 }: Shown): void {
  const heading = say(language, title)
  const { markup } = html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="robots" content="noindex">
<title>${heading} · Nightshift</title>
<style>${{ markup: STYLE }}</style>
</head>
<body>
<h1>${heading}</h1>
${body}</body>
</html>
`
  response.status(status).set({
    'Content-Security-Policy': POLICY,
    // With no-referrer a browser would not say from where it sends a form.
    'Referrer-Policy': 'same-origin',
  })
  response.type('html').send(markup)
}

export interface Field {
  readonly name: string
  readonly label: PageWord
  readonly type?: 'text' | 'password'
  readonly autocomplete: string
  readonly value?: string
  readonly rules?: PageWord
  /** What is typed first goes here. */
  readonly isFirst?: boolean
}

export function field(language: Language, one: Field): Markup {
  const { name, label, type = 'text', autocomplete, value = '', rules, isFirst } = one
  const hint = rules === undefined ? nothing : html`<small>${say(language, rules)}</small>`
  return html`<label for="${name}">${say(language, label)}</label>
<input id="${name}" name="${name}" type="${type}" autocomplete="${autocomplete}" value="${value}" maxlength="1024" required${isFirst ? ' autofocus' : ''}>${hint}
`
}

export const fault = (language: Language, word: PageWord | undefined, more = ''): Markup =>
  word === undefined
    ? nothing
    : html`<p class="fault" role="alert">${say(language, word)} ${more}</p>
`

export const form = (action: string, fields: readonly Markup[], button: string): Markup =>
  html`<form method="post" action="${action}">
${fields}<button>${button}</button>
</form>
`
