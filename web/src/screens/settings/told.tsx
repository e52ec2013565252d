/** Something that has to be taken notice of: its sign, its words, and what belongs to it. */
import type { ReactNode } from 'react'
import type { GlyphName } from '../../parts/glyph.tsx'
import { Mark, type Tone } from '../../parts/mark.tsx'

interface ToldProps {
  readonly tone: Tone
  readonly glyph: GlyphName
  readonly title: string
  /** `alert` interrupts who listens to the page. */
  readonly role?: 'status' | 'alert'
  readonly children?: ReactNode
}
export function Told({ tone, glyph, title, role = 'status', children }: ToldProps) {
  return (
    <div className="settings-panel" data-tone={tone} role={role}>
      <Mark tone={tone} glyph={glyph} label={title} />
      {children}
    </div>
  )
}
