/** The fields of every list as a table of docs/api.md. */
import type { Route } from './call.ts'
import type { ListSpec } from './list-spec.ts'

/** Each once, in the order of the routes, with the calls that answer from it. */
function listsOf(routes: readonly Route[]): { spec: ListSpec; paths: string[] }[] {
  const found = new Map<string, { spec: ListSpec; paths: string[] }>()
  for (const { path, list: spec } of routes) {
    if (spec === undefined) continue
    const known = found.get(spec.name) ?? { spec, paths: [] }
    known.paths.push(path)
    found.set(spec.name, known)
  }
  return [...found.values()]
}

const choicesOf = (choices: readonly string[] | undefined): string =>
  choices === undefined ? '' : `: ${choices.map((one) => `\`${one}\``).join(' ')}`

function tableOf({ name, fields, sort }: ListSpec, paths: readonly string[]): string {
  const rows = Object.entries(fields).map(
    ([field, { type, sorts, summary, choices }]) =>
      `| \`${field}\` | ${type} | ${sorts ? 'yes' : ''} | ${summary}${choicesOf(choices)} |`,
  )
  const calls = paths.map((path) => `\`${path}\``).join(', ')
  return [
    `**${name}** (${calls}), sorted by \`${sort}\`:`,
    '',
    '| field | type | sorts | |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n')
}

export const listTables = (routes: readonly Route[]): string =>
  listsOf(routes)
    .map(({ spec, paths }) => tableOf(spec, paths))
    .join('\n')
