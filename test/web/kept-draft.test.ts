/** The draft that the wizard holds: it follows its own planning anew, and is missed where storage is closed, too. */
import { afterAll, beforeAll, expect, test, vi } from 'vitest'

interface Draft {
  readonly kept: { readonly id: string; readonly revision: number } | null
  readonly isTouched: boolean
}
interface Drafts {
  presentDraft(): Draft
  writeDraft(draft: object): void
  followKept(id: string, seen: number, revision: number): void
}

interface Person {
  meet(who: { actor: string; userId: string }): Promise<void>
  hasUnsaved(): boolean
}

let drafts: Drafts
let person: Person
beforeAll(async () => {
  vi.stubGlobal('document', { baseURI: 'http://office.example/' })
  // By a name that the compiler does not follow: see query-client.ts.
  const name: string = '../../web/src/screens/wizard/use-draft.ts'
  drafts = (await import(name)) as Drafts
  const own: string = '../../web/src/api/person.ts'
  person = (await import(own)) as Person
})
afterAll(() => vi.unstubAllGlobals())

test.each<[string, string, number, number]>([
  ['of this one, as it was seen', 'one', 3, 4],
  ['of another draft', 'other', 3, 3],
  ['over what somebody else changed before', 'one', 5, 3],
])('%s', (_, id, seen, wanted) => {
  drafts.writeDraft({ ...drafts.presentDraft(), kept: { id: 'one', revision: 3 }, isTouched: true })
  drafts.followKept(id, seen, seen + 1)
  const { kept, isTouched } = drafts.presentDraft()
  expect([kept?.revision, isTouched]).toEqual([wanted, true])
})

test('where there is no storage it is unsaved all the same, until it is saved', async () => {
  const draft = drafts.presentDraft()
  await person.meet({ actor: 'anna', userId: '1' })
  drafts.writeDraft({ ...draft, isTouched: true })
  expect(person.hasUnsaved()).toBe(true)
  drafts.writeDraft({ ...draft, isTouched: false })
  expect(person.hasUnsaved()).toBe(false)
})
