/** A report for people. Pure. */
import type { Outcome, Verdict } from './check.ts'
import type { Report } from './run.ts'

const MARKS: Readonly<Record<Verdict, string>> = { pass: '✓', fail: '✗', skipped: '–' }
const WIDTH = 18

const firstLine = (text: string): string => text.split('\n')[0] ?? ''
const indented = (text: string): string => text.replaceAll('\n', `\n${' '.repeat(13)}`)

/** One line of the table: shown as soon as the check is through. */
export function outcomeLine({ id, title, verdict, saw, ms }: Outcome): string {
  const time = ms < 1000 ? '' : `  (${(ms / 1000).toFixed(1)} s)`
  const what = verdict === 'pass' ? saw : verdict === 'fail' ? title : `left out: ${firstLine(saw)}`
  return `  ${MARKS[verdict]} ${id.padEnd(WIDTH)} ${what}${time}`
}

const failure = ({ id, title, section, says, saw, mend }: Outcome): string =>
  [
    `✗ ${id}: ${title}`,
    `    contract “${says}”`,
    `             docs/nightctl.md, ${section}`,
    `    came     ${indented(saw)}`,
    `    mend     ${mend}`,
  ].join('\n')

const count = (outcomes: readonly Outcome[], verdict: Verdict): number =>
  outcomes.filter((outcome) => outcome.verdict === verdict).length

/** What comes after the table: each failure, the sum, what is left behind. */
export function verdictText({ outcomes, conforms, left }: Report): string {
  const failures = outcomes.filter(({ verdict }) => verdict === 'fail').map(failure)
  const [pass, fails, skipped] = (['pass', 'fail', 'skipped'] as const).map((one) => count(outcomes, one))
  const sum = `${pass} pass, ${fails} fail, ${skipped} left out: it ${conforms ? 'conforms, as far as it was tried' : 'does not conform'}.`
  const behind =
    left.length === 0
      ? 'The device is as it was found.'
      : `The device is as it was found, but: ${left.join('; ')}.`
  return ['', ...failures.flatMap((text) => [text, '']), sum, behind].join('\n')
}
