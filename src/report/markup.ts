/** HTML in which every value is escaped unless it is markup already. */
import { oneLine } from '../words/render.ts'

export interface Markup {
  readonly markup: string
}
export type Content = Markup | string | number | readonly Markup[]

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

const escapeText = (text: string): string => text.replace(/[&<>"']/g, (one) => ENTITIES[one] ?? '')

function written(content: Content): string {
  if (typeof content === 'string') return escapeText(oneLine(content))
  if (typeof content === 'number') return String(content)
  return 'markup' in content ? content.markup : content.map(({ markup }) => markup).join('')
}

/** Tag of a template: its own text is markup, its values are content of elements or of quoted attributes. */
export function html(strings: TemplateStringsArray, ...values: readonly Content[]): Markup {
  return {
    markup: strings.reduce((text, part, i) => {
      const value = values[i]
      return text + part + (value === undefined ? '' : written(value))
    }, ''),
  }
}

export const nothing: Markup = { markup: '' }

/** A table, or nothing when it has no rows. Column widths are classes of the page's style. */
export function table(
  name: string,
  headings: readonly string[],
  rows: readonly (readonly Content[])[],
): Markup {
  if (rows.length === 0) return nothing
  const head = headings.map((one) => html`<th scope="col">${one}</th>`)
  const body = rows.map((cells) => html`<tr>${cells.map((one) => html`<td>${one}</td>`)}</tr>\n`)
  return html`<table class="${name}">\n<thead><tr>${head}</tr></thead>\n<tbody>\n${body}</tbody>\n</table>\n`
}

/** A heading with what belongs under it, or nothing when that is empty. */
export function section(heading: string, ...content: readonly Markup[]): Markup {
  if (content.every(({ markup }) => markup === '')) return nothing
  return html`<section>\n<h2>${heading}</h2>\n${content}</section>\n`
}
