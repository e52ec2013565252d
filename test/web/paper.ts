/** What a sheet of paper shows and must not show, asked in the browser. Scripts are texts: the tests know no document. */
import type { Page } from 'playwright-core'

/** A4 between margins of 12 mm, at 96 to the inch. */
export const PAPER = { width: 703, height: 1032 }

const controls = [
  ...['.mantine-AppShell-header', '.mantine-AppShell-navbar', '.foot', '.stale'],
  ...['.mantine-Button-root', '.mantine-ActionIcon-root', 'input', 'select', 'textarea'],
].join(', ')

const LOOK = `
  const seen = (one) => one.checkVisibility({ visibilityProperty: true })
  const nameOf = (one) => one.tagName + ' ' + one.getAttribute('class') + ' ' + (one.textContent ?? '').slice(0, 40)
  const all = [...document.querySelectorAll('#content *')].filter(seen)
  const width = document.documentElement.clientWidth
  const back = getComputedStyle(document.body).backgroundColor
  const faults = [
    ...[...document.querySelectorAll('${controls}')].filter(seen).map((one) => 'control: ' + nameOf(one)),
    ...all.filter((one) => one.getBoundingClientRect().right > width + 1).map((one) => 'beyond the paper: ' + nameOf(one)),
    ...all.filter((one) => /auto|scroll/.test(getComputedStyle(one).overflowY)).map((one) => 'scrolled: ' + nameOf(one)),
    ...(back === 'rgb(255, 255, 255)' ? [] : ['on ' + back]),
  ]`

/** Controls, what is cut at the edge or hidden in a scrolled box, and a dark sheet: in a line each, 12 at most. */
export const faultsOnPaper = (page: Page): Promise<string[]> =>
  page.evaluate<string[]>(`(() => { ${LOOK}; return faults.slice(0, 12) })()`)

/** A computed style of the first such element. */
export const styleOf = (page: Page, selector: string, name: string): Promise<string> =>
  page.evaluate<string>(
    `getComputedStyle(document.querySelector(${JSON.stringify(selector)})).getPropertyValue('${name}')`,
  )

/** From now on the page keeps how many such elements it had at most, and in which colours: `mostSeen` tells. */
export const watchMost = (page: Page, selector: string): Promise<unknown> =>
  page.evaluate(`(() => {
    globalThis.most = { count: 0, scheme: '' }
    new MutationObserver(() => {
      const { length } = document.querySelectorAll(${JSON.stringify(selector)})
      if (length <= most.count) return
      most.count = length
      most.scheme = document.documentElement.dataset.mantineColorScheme
    }).observe(document.body, { childList: true, subtree: true })
  })()`)
export const mostSeen = (page: Page): Promise<{ count: number; scheme: string }> =>
  page.evaluate<{ count: number; scheme: string }>('most')
