/** `npm run screenshots`: every screen in both languages and both themes, into dist/screenshots. */
import { mkdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, test } from 'vitest'
import type { Visitor } from './page-office.ts'
import { openScreen, openShownOffice, type ShownOffice, screens } from './screens.ts'

const folder = path.resolve(import.meta.dirname, '../../dist/screenshots')
/** `SCREENS=tills,chain`: those alone. `NARROW=1`: as at 200%. */
const only = process.env.SCREENS?.split(',')
const viewport = process.env.NARROW === '1' ? { width: 720, height: 900 } : { width: 1440, height: 900 }
const languages = ['ru', 'en'] as const
const schemes = ['light', 'dark'] as const

let shown: ShownOffice
beforeAll(async () => {
  if (only === undefined) await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  shown = await openShownOffice()
}, 240_000)
afterAll(() => shown?.office.close())

for (const language of languages)
  for (const scheme of schemes)
    test(`${language} ${scheme}`, async () => {
      const visitors = new Map<string, Visitor>()
      for (const one of screens) {
        if (only?.includes(one.name) === false) continue
        const role = one.role ?? 'admin'
        const visitor = visitors.get(role) ?? (await shown.office.visit({ role, language, scheme, viewport }))
        visitors.set(role, visitor)
        await openScreen(visitor, one, shown.shown)
        await visitor.page.screenshot({ path: path.join(folder, `${one.name}.${language}.${scheme}.png`) })
      }
      for (const visitor of visitors.values()) await visitor.close()
    }, 600_000)
