/** What comes first in a new head office: shown where there is no store yet, and until all of it is done. */
import { Anchor, Code } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useList, useMe } from '../api/hooks.ts'
import type { Package, Rollout, Store } from '../api/types.ts'
import { useWords } from '../words/language.ts'
import { Glyph } from './glyph.tsx'
import { OfOwnStores } from './none-of-yours.tsx'
import { EmptyNotice } from './notices.tsx'

const COMMAND = 'nightshift package sign'

/** Undefined: not known yet. */
function useDone() {
  const stores = useList<Store>('/stores', { limit: 1 }, { topics: ['stores'] }).total
  const enrolled = useList<Store>(
    '/stores',
    { filter: 'enrolled:yes', limit: 1 },
    { topics: ['stores'] },
  ).total
  const packages = useList<Package>('/packages', { limit: 1 }, { topics: ['packages'] }).total
  const rollouts = useList<Rollout>('/rollouts', { limit: 1 }, { topics: ['rollouts'] }).total
  const isSome = (count: number | undefined) => count !== undefined && count > 0
  return {
    import: isSome(stores),
    enrol: isSome(enrolled),
    sign: isSome(packages),
    upload: isSome(packages),
    plan: isSome(rollouts),
  }
}

const steps = [
  ['import', '/settings/fleet'],
  ['enrol', '/settings/hosts'],
  ['sign', undefined],
  ['upload', '/packages'],
  ['plan', '/rollouts/new'],
] as const

export function FirstSteps() {
  const { t } = useWords()
  const done = useDone()
  const groups = useMe().data?.storeGroups
  if (groups != null)
    return (
      <OfOwnStores>
        <EmptyNotice title={t('common.empty')} />
      </OfOwnStores>
    )
  return (
    <section className="first-steps" aria-labelledby="first-steps">
      <h2 id="first-steps">{t('shell.first.title')}</h2>
      <p>{t('shell.first.hint')}</p>
      <ol>
        {steps.map(([step, to], at) => (
          <Step key={step} number={at + 1} title={t(`shell.first.${step}`)} isDone={done[step]} to={to}>
            {t(`shell.first.${step}Hint`)} {step === 'sign' ? <Code>{COMMAND}</Code> : null}
          </Step>
        ))}
      </ol>
    </section>
  )
}

interface StepProps {
  readonly number: number
  readonly title: string
  readonly isDone: boolean
  readonly to: string | undefined
  readonly children: ReactNode
}
function Step({ number, title, isDone, to, children }: StepProps) {
  const { t } = useWords()
  return (
    <li data-done={isDone || undefined}>
      <span className="mark" data-tone={isDone ? 'good' : 'off'}>
        <span className="first-number" aria-hidden="true">
          {isDone ? <Glyph name="check" /> : number}
        </span>
        <span className="unseen">{t(isDone ? 'shell.first.done' : 'shell.first.notDone')}</span>
      </span>
      <div>
        {to === undefined ? (
          <strong>{title}</strong>
        ) : (
          <Anchor component={Link} to={to as string} fw={600}>
            {title}
          </Anchor>
        )}
        <p>{children}</p>
      </div>
    </li>
  )
}
