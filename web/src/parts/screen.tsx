/** The frame of a screen: one heading, what may be done beside it, and the title of the browser's tab. */
import { Group, Title } from '@mantine/core'
import { type ReactNode, useEffect } from 'react'
import { PrintHead } from '../print/print-head.tsx'
import { useWords } from '../words/language.ts'

interface ScreenProps {
  readonly title: string
  readonly actions?: ReactNode
  /** Where it lies, above the heading. */
  readonly crumbs?: ReactNode
  readonly children: ReactNode
}
export function Screen({ title, actions, crumbs, children }: ScreenProps) {
  const { t } = useWords()
  useEffect(() => {
    document.title = `${title} · ${t('shell.product')}`
  }, [title, t])
  return (
    <section className="screen">
      {crumbs}
      <Group justify="space-between" className="screen-head">
        <Title order={1} size="h3">
          {title}
        </Title>
        <Group gap="xs">{actions}</Group>
      </Group>
      <PrintHead />
      {children}
    </section>
  )
}
