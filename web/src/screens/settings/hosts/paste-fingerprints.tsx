import { Text, Textarea } from '@mantine/core'
import { useState } from 'react'
import type { Enrolment } from '../../../api/types.ts'
import { Mark } from '../../../parts/mark.tsx'
import { useWords } from '../../../words/language.ts'
import { Fingerprint, fingerprintsIn } from './fingerprint.tsx'
import type { Compared } from './use-compared.ts'

interface PasteFingerprintsProps {
  readonly rows: readonly Enrolment[]
  readonly compared: Compared
}
/** What came from the stores by another way: compared letter by letter, which an eye at night does not. */
export function PasteFingerprints({ rows, compared }: PasteFingerprintsProps) {
  const { t } = useWords()
  const [text, setText] = useState('')
  const pasted = fingerprintsIn(text)
  const shown = new Set(rows.flatMap(({ found }) => found.map(({ fingerprint }) => fingerprint)))
  const strange = pasted.filter((one) => !shown.has(one))
  const change = (next: string) => {
    setText(next)
    const named = new Set(fingerprintsIn(next))
    for (const { id, found } of rows) {
      const same = found.map(({ fingerprint }) => fingerprint).filter((one) => named.has(one))
      if (same.length > 0) compared.add(id, same)
    }
  }
  const known = pasted.length - strange.length
  if (rows.length === 0) return null
  return (
    <div className="settings-way">
      <Textarea
        label={t('settings.enrol.paste')}
        description={t('settings.enrol.pasteHint')}
        value={text}
        autosize
        minRows={2}
        maxRows={8}
        spellCheck={false}
        classNames={{ input: 'settings-mono' }}
        onChange={(event) => change(event.currentTarget.value)}
      />
      <div role="status">
        {known === 0 ? null : (
          <Mark tone="good" glyph="check" label={t('settings.enrol.pasteFound', { count: known })} />
        )}
        {strange.length === 0 ? null : (
          <div>
            <Mark
              tone="bad"
              glyph="cross"
              label={t('settings.enrol.pasteStrange', { count: strange.length })}
            />
            {strange.slice(0, 5).map((one) => (
              <div key={one}>
                <Fingerprint value={one} />
              </div>
            ))}
          </div>
        )}
        {text.trim() === '' || pasted.length > 0 ? null : (
          <Text size="sm" c="dimmed">
            {t('settings.enrol.pasteNone')}
          </Text>
        )}
      </div>
    </div>
  )
}
