/** What the page says before the calls: how lists, filters, edits, retries and problems work. */
import { code, escaped, table } from './openapi-page-table.ts'
import type { Json, JsonObject } from './openapi-schema.ts'

const objectOf = (value: Json | undefined): JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {}

const GENERAL = `<p>JSON over HTTP below <code>/api/v1</code>, with a token as <code>Authorization: Bearer …</code> or a session’s cookie.
Versions are eight digits, times are ISO 8601 in UTC. The same as a document for programs: <a href="openapi.json">openapi.json</a>.</p>
<h3>Lists</h3>
<p>A list answers <code>items</code> and <code>next</code>: the <code>cursor</code> of the next page, or null. Rows that come and go
meanwhile neither repeat nor hide others. A cursor belongs to its list, sort and filter. <code>sort=-version,store</code> sorts by
version downwards, then by store; what is not known comes last. <code>count=true</code> adds the <code>total</code>.</p>
<h3 id="filters">Filters</h3>
<p><code>filter=kind:till version:&lt;00096000 group:north,south -label:pilot "free text"</code></p>
<ul>
<li>a blank is <i>and</i>, a comma is <i>or</i>, <code>-</code> in front is <i>not</i>;</li>
<li><code>&lt; &lt;= &gt; &gt;=</code> and <code>a..b</code> for numbers, versions and times; an end may be left out;</li>
<li>a version is eight digits, or its major: <code>version:96</code>; a time is a day, a time of day, or counted from now:
<code>2026-11-22</code>, <code>2026-11-22T02:30</code>, <code>readAt:&gt;-2h</code> (s, m, h, d, w);</li>
<li><code>*</code> at the end: whatever begins so; <code>none</code>: without one; quotes take everything as it is;</li>
<li>a text without a field is looked for in names and ids, in any case;</li>
<li>at most 1000 characters and 50 values. What cannot be read is <code>filterInvalid</code>, with its position.</li>
</ul>
<h3>Edits</h3>
<p><code>PATCH</code>, a store’s <code>calendar</code> and the revision of a draft need <code>If-Match</code> with the <code>ETag</code> of what was seen: without it 428, and 412 where somebody has changed it meanwhile.</p>
<h3>Once</h3>
<p>A <code>POST</code> with an <code>Idempotency-Key</code> does its work once, however often it is sent.</p>
`

function fieldTable(list: JsonObject): string {
  const fields = Array.isArray(list.fields) ? list.fields.map(objectOf) : []
  const rows = fields.map(({ name, type, sorts, summary, choices }) => [
    code(String(name)),
    escaped(String(type)),
    sorts === true ? 'yes' : '',
    escaped(String(summary)) +
      (Array.isArray(choices) ? `: ${choices.map((one) => code(String(one))).join(' ')}` : ''),
  ])
  return `<h4 id="list-${list.name}">${escaped(String(list.name))} <small>sorted by ${escaped(String(list.sort))}</small></h4>
${table(['field', 'type', 'sorts', ''], rows)}`
}

/** Each list once, though several calls answer from it. */
function lists(document: JsonObject): string {
  const found = new Map<string, JsonObject>()
  for (const methods of Object.values(objectOf(document.paths)))
    for (const operation of Object.values(objectOf(methods))) {
      const list = objectOf(objectOf(operation)['x-list'])
      if (typeof list.name === 'string' && !found.has(list.name)) found.set(list.name, list)
    }
  const shown = [...found.values()].map(fieldTable)
  return `<details><summary>Fields of every list</summary>\n${shown.join('')}</details>\n`
}

function problemTable(document: JsonObject): string {
  const rows = Object.entries(objectOf(document['x-problems'])).map(([name, value]) => {
    const { status, title } = objectOf(value)
    return [`<code id="problem-${name}">${escaped(name)}</code>`, String(status), escaped(String(title))]
  })
  return `<h3>Problems</h3>
<p>What goes wrong is an <code>application/problem+json</code> (RFC 9457): programs compare <code>code</code>, people read <code>title</code>
and <code>detail</code>; <code>path</code> says what is wrong, <code>errors</code> says everything at once. Besides those that a call
names, it may answer what its own rules refuse.</p>
<details><summary>Every code</summary>
${table(['code', 'status', ''], rows)}</details>
`
}

export const guide = (document: JsonObject): string =>
  `<section id="guide">\n<h2>How to read it</h2>\n${GENERAL}${lists(document)}${problemTable(document)}</section>\n`
