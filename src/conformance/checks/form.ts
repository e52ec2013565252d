/** The form of the answers: judged over every call of the run, when all others are through. */
import { type Check, expect, skip } from '../check.ts'
import type { FormRule } from '../ledger.ts'

function form(id: FormRule, words: Omit<Check, 'id' | 'section' | 'run'> & { section?: string }): Check {
  return {
    section: 'Calling',
    ...words,
    id,
    run: async ({ formFaults, answered }) => {
      const faults = formFaults.filter(({ rule }) => rule === id)
      const [first] = faults
      const more = faults.length > 1 ? `\nand ${faults.length - 1} more such calls` : ''
      expect(first === undefined, () => `${first?.call} → ${first?.came}${more}`)
      if (answered() === 0) skip('nothing was answered')
      return `${answered()} answers`
    },
  }
}

export const forms: readonly Check[] = [
  form('marked-line', {
    title: 'every answer is one marked line',
    says: 'Standard output may hold any noise (banners, warnings) and exactly **one marked line**',
    mend: 'print the line in one place, at the very end, with printf; give hooks and messages no way to standard output',
  }),
  form('answer-size', {
    title: 'no answer is longer than 64 KiB',
    says: 'at the start of a line, at most 64 KiB',
    mend: 'cut texts and lists: at most 100 staged packages, 200 characters of text',
  }),
  form('exit-status', {
    title: 'class and exit status agree',
    says: 'Class and exit status must agree.',
    mend: 'done 0, refused 77, later 75, usage 64: print and exit in one function',
  }),
  form('reasons', {
    title: 'reasons are those of the contract',
    says: '`reason` is a code from the table below, and `null` for `done`.',
    mend: 'for what the table has no word, internalError, and the words on standard error',
  }),
  form('deadline', {
    title: 'every call is answered in time',
    section: 'Calling',
    says: 'The head office waits 60 seconds for an answer',
    mend: 'a limit of time on all that you wait for (timeout 10 mysql …); a child must not hold standard output open',
  }),
]
