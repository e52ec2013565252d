/** The API's description as one page: no scripts, nothing fetched, fit to be printed. */
import { createHash } from 'node:crypto'
import { guide } from './openapi-guide.ts'
import { code, escaped, table } from './openapi-page-table.ts'
import { type Json, type JsonObject, resolved } from './openapi-schema.ts'
import { STYLE } from './openapi-style.ts'

export interface Page {
  readonly text: string
  /** Content-Security-Policy. */
  readonly policy: string
}

type Schemas = Readonly<Record<string, Json>>

const objectOf = (value: Json | undefined): JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {}
const listOf = (value: Json | undefined): readonly JsonObject[] =>
  Array.isArray(value) ? value.map(objectOf) : []
const textOf = (value: Json | undefined): string => (typeof value === 'string' ? value : '')

const bounds = (schema: JsonObject): string => {
  const said = (['minLength', 'maxLength', 'minimum', 'maximum', 'maxItems'] as const).flatMap((name) =>
    schema[name] === undefined ? [] : [`${name} ${schema[name]}`],
  )
  return said.length === 0 ? '' : ` <small>${escaped(said.join(', '))}</small>`
}

/** In a few words: `text`, `list of Device`, `one of a, b`. */
function typeText(of: Json | undefined, schemas: Schemas, depth = 0): string {
  const named = objectOf(of)
  if (typeof named.$ref === 'string') return escaped(named.$ref.split('/').at(-1) ?? '')
  if (named.const !== undefined) return code(JSON.stringify(named.const))
  if (Array.isArray(named.enum)) return named.enum.map((one) => code(String(one))).join(' ')
  const choices = listOf(named.anyOf ?? named.oneOf)
  if (choices.length > 0 && depth < 3)
    return choices.map((one) => typeText(one, schemas, depth + 1)).join(' or ')
  if (named.type === 'array') return `list of ${typeText(named.items, schemas, depth + 1)}`
  if (named.format !== undefined) return escaped(String(named.format))
  const plain = named.type === 'string' ? 'text' : named.type === undefined ? 'anything' : String(named.type)
  return escaped(plain) + bounds(named)
}

function parameterRows(operation: JsonObject, document: JsonObject): string[][] {
  const shared = objectOf(objectOf(document.components).parameters)
  const schemas = objectOf(objectOf(document.components).schemas)
  return listOf(operation.parameters).map((one) => {
    const own = typeof one.$ref === 'string' ? objectOf(shared[one.$ref.split('/').at(-1) ?? '']) : one
    const needed = own.required === true ? ' <b>needed</b>' : ''
    const fallback = objectOf(own.schema).default
    const left = fallback === undefined ? '' : ` Left out: ${code(JSON.stringify(fallback))}.`
    return [
      code(textOf(own.name)) + needed,
      escaped(textOf(own.in)),
      typeText(own.schema, schemas),
      escaped(textOf(own.description)) + left,
    ]
  })
}

function memberRows(schema: Json | undefined, schemas: Schemas): string[][] {
  const { properties, required } = resolved(schema, schemas)
  const needed = Array.isArray(required) ? required : []
  return Object.entries(objectOf(properties)).map(([name, member]) => [
    code(name) + (needed.includes(name) ? ' <b>needed</b>' : ''),
    typeText(member, schemas),
    escaped(textOf(objectOf(member).description)),
  ])
}

const example = (value: Json | undefined): string =>
  value === undefined ? '' : `<pre><code>${escaped(JSON.stringify(value, null, 2))}</code></pre>\n`

function bodySection(operation: JsonObject, schemas: Schemas): string {
  const content = Object.entries(objectOf(objectOf(operation.requestBody).content))
  return content
    .map(([type, value]) => {
      const { schema, example: shown } = objectOf(value)
      const members = table(['member', 'type', ''], memberRows(schema, schemas))
      return `<h4>Body <small>${escaped(type)}</small></h4>\n${members}${example(shown)}`
    })
    .join('')
}

function answerSection(operation: JsonObject): string {
  const responses = Object.entries(objectOf(operation.responses))
  const done = responses.filter(
    ([status]) =>
      /^(2|503)/.test(status) && objectOf(objectOf(operation.responses)[status])['x-codes'] === undefined,
  )
  const content = Object.entries(objectOf(objectOf(done[0]?.[1]).content))
  const statuses = done.map(([status]) => status).join(', ')
  const types = content.map(([type]) => type).join(', ')
  const shown = content.map(([, value]) => example(objectOf(value).example)).join('')
  const body = shown === '' ? '' : `<details><summary>Example</summary>\n${shown}</details>\n`
  return `<h4>Answer <small>${escaped([statuses, types].filter((one) => one !== '').join(' · '))}</small></h4>\n${body}`
}

function problemLine(operation: JsonObject): string {
  const all = Object.entries(objectOf(operation.responses)).flatMap(([status, response]) => {
    const codes = objectOf(response)['x-codes']
    return Array.isArray(codes)
      ? codes.map((one) => `<a href="#problem-${one}">${status} ${escaped(String(one))}</a>`)
      : []
  })
  return all.length === 0 ? '' : `<p class="problems">${all.join(' · ')}</p>\n`
}

function operationSection(path: string, method: string, operation: JsonObject, document: JsonObject): string {
  const schemas = objectOf(objectOf(document.components).schemas)
  const id = textOf(operation.operationId)
  const role = operation['x-role'] === undefined ? '' : ` (from ${escaped(textOf(operation['x-role']))} on)`
  const list = objectOf(operation['x-list'])
  const fields =
    list.name === undefined
      ? ''
      : `<p>Fields of <code>filter</code>: <a href="#list-${list.name}">${escaped(textOf(list.name))}</a></p>\n`
  return `<section class="call" id="${id}">
<h3><a href="#${id}"><b class="${method}">${method.toUpperCase()}</b> ${escaped(path)}</a></h3>
<p>${escaped(textOf(operation.summary))}.</p>
<p class="who">${code(textOf(operation['x-permission']))}${role} · ${escaped(textOf(operation['x-reach-means']))}</p>
${table(['parameter', 'in', 'type', ''], parameterRows(operation, document))}${fields}${bodySection(operation, schemas)}${answerSection(operation)}${problemLine(operation)}</section>
`
}

interface Listed {
  readonly area: string
  readonly id: string
  readonly path: string
  readonly method: string
  readonly operation: JsonObject
}

const callsOf = (document: JsonObject): Listed[] =>
  Object.entries(objectOf(document.paths)).flatMap(([path, methods]) =>
    Object.entries(objectOf(methods)).map(([method, value]) => {
      const operation = objectOf(value)
      const area = Array.isArray(operation.tags) ? String(operation.tags[0]) : ''
      return { area, id: textOf(operation.operationId), path, method, operation }
    }),
  )

const contents = (areas: readonly string[], calls: readonly Listed[]): string =>
  areas
    .map((area) => {
      const own = calls.filter((call) => call.area === area)
      const links = own.map(
        ({ id, method, path }) =>
          `<li><a href="#${id}"><b class="${method}">${method.toUpperCase()}</b> ${escaped(path)}</a></li>`,
      )
      return `<h2><a href="#area-${escaped(area)}">${escaped(area)}</a></h2>\n<ul>\n${links.join('\n')}\n</ul>`
    })
    .join('\n')

/** @param document of openApiDocument */
export function openApiPage(document: JsonObject): Page {
  const calls = callsOf(document)
  const areas = [...new Set(calls.map((call) => call.area))]
  const sections = areas.map((area) => {
    const own = calls.filter((call) => call.area === area)
    const shown = own.map(({ path, method, operation }) =>
      operationSection(path, method, operation, document),
    )
    return `<h2 id="area-${escaped(area)}">${escaped(area)}</h2>\n${shown.join('')}`
  })
  const hash = createHash('sha256').update(STYLE).digest('base64')
  const version = escaped(textOf(objectOf(document.info).version))
  const text = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>The API · Nightshift ${version}</title>
<style>${STYLE}</style>
</head>
<body>
<nav>
<p><a href="#top">Nightshift ${version}</a></p>
<h2><a href="#guide">How to read it</a></h2>
${contents(areas, calls)}
</nav>
<main id="top">
<h1>The API of Nightshift</h1>
${guide(document)}
${sections.join('\n')}
</main>
</body>
</html>
`
  const policy = `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`
  return { text, policy }
}
