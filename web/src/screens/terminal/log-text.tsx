/** Lines of the journal as text: to be selected, copied, sent to somebody. */
import { Button, CopyButton } from '@mantine/core'
import type { EventView } from '../../api/types.ts'
import { Glyph } from '../../parts/glyph.tsx'
import { useWords } from '../../words/language.ts'

interface LogTextProps {
  readonly title: string
  readonly events: readonly EventView[]
}
export function LogText({ title, events }: LogTextProps) {
  const { t, language } = useWords()
  const text = events.map((event) => event.text[language]).join('\n')
  return (
    <section className="terminal-log" aria-label={title}>
      <div className="terminal-section-head">
        <h3 className="terminal-small">{title}</h3>
        {events.length === 0 ? null : (
          <CopyButton value={text}>
            {({ copied, copy }) => (
              <Button
                size="compact-sm"
                variant="default"
                leftSection={copied ? <Glyph name="check" /> : null}
                onClick={copy}
              >
                {t(copied ? 'common.copied' : 'common.copy')}
              </Button>
            )}
          </CopyButton>
        )}
      </div>
      {events.length === 0 ? (
        <p className="terminal-none">{t('terminal.updates.logEmpty')}</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolled region has to be reached
        <pre className="terminal-lines" tabIndex={0}>
          {text}
        </pre>
      )}
    </section>
  )
}
