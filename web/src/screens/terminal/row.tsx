/** A line of the window: its label, its value, and what can be done about it. */
import type { ReactNode } from 'react'

interface RowProps {
  readonly label: string
  readonly children: ReactNode
  readonly action?: ReactNode
}
export function Row({ label, children, action }: RowProps) {
  return (
    <div className="terminal-row">
      <dt>{label}</dt>
      <dd>
        <span className="terminal-value">{children}</span>
        {action === undefined ? null : <span className="terminal-action">{action}</span>}
      </dd>
    </div>
  )
}

interface SectionProps {
  readonly title: string
  readonly note?: ReactNode
  readonly action?: ReactNode
  readonly children: ReactNode
}
export function Section({ title, note, action, children }: SectionProps) {
  return (
    <section className="terminal-section" aria-label={title}>
      <div className="terminal-section-head">
        <h3>{title}</h3>
        {action}
      </div>
      {note === undefined ? null : <div className="terminal-note">{note}</div>}
      {children}
    </section>
  )
}
