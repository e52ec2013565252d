/** What a machine and a person see of a page: faults of accessibility, and pictures. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import type { Visitor } from './page-office.ts'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

interface Violation {
  readonly id: string
  readonly nodes: readonly {
    readonly html: string
    readonly target: readonly string[]
    readonly failureSummary?: string
  }[]
}
interface Axe {
  run(options: object): Promise<{ violations: Violation[] }>
}

const oneLine = (text: string, most: number): string => text.replace(/\s+/g, ' ').slice(0, most)

/**
 * What axe finds, in a line each; by `evaluate`, since the page's policy takes no script of anybody else.
 * @param options https://github.com/dequelabs/axe-core/blob/develop/doc/API.md#options-parameter
 */
export async function violations(page: Page, options: object = {}): Promise<string[]> {
  await page.evaluate(axe)
  const found = await page.evaluate(
    async (asked) => (await (globalThis as unknown as { axe: Axe }).axe.run(asked)).violations,
    options,
  )
  return found.flatMap(({ id, nodes }) =>
    nodes
      .slice(0, 4)
      .map(
        ({ target, html, failureSummary = '' }) =>
          `${id}: ${target.join(' ')} ${oneLine(html, 160)} ${oneLine(failureSummary, 220)}`,
      ),
  )
}

/** With SHOTS=folder the page is kept as a picture, to be looked at. */
export async function shoot(page: Page, name: string): Promise<void> {
  const { SHOTS } = process.env
  if (SHOTS !== undefined && SHOTS !== '') await page.screenshot({ path: path.join(SHOTS, `${name}.png`) })
}

/** Axe finds nothing, and nothing went wrong in the browser. */
export async function expectClean({ page, faults }: Pick<Visitor, 'page' | 'faults'>): Promise<void> {
  expect(await violations(page)).toEqual([])
  expect(faults).toEqual([])
}
