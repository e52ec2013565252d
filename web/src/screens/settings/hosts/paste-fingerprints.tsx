import { Text, Textarea } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useEffect, useRef, useState } from 'react'
import type { Enrolment } from '../../../api/types.ts'
import { Mark } from '../../../parts/mark.tsx'
import { ProblemNotice } from '../../../parts/notices.tsx'
import { useWords } from '../../../words/language.ts'
import { Fingerprint, fingerprintsIn } from './fingerprint.tsx'
import type { Compared } from './use-compared.ts'
import { usePasted } from './use-pasted.ts'

const TYPING_MS = 300
const NONE: readonly Enrolment[] = []

const printsOf = (rows: readonly Enrolment[]): ReadonlySet<string> =>
  new Set(rows.flatMap(({ found }) => found.map(({ fingerprint }) => fingerprint)))

interface PasteFingerprintsProps {
  /** Those that are loaded. */
  readonly rows: readonly Enrolment[]
  readonly compared: Compared
  /** Others that show what was pasted. */
  readonly onFound: (rows: readonly Enrolment[]) => void
}
/** What came from the stores by another way: compared letter by letter, which an eye at night does not. */
export function PasteFingerprints({ rows, compared, onFound }: PasteFingerprintsProps) {
  const { t } = useWords()
  const [text, setText] = useState('')
  const [ever, setEver] = useState<readonly string[]>([])
  const [rested] = useDebouncedValue(ever, TYPING_MS)
  const pasted = fingerprintsIn(text)
  const loaded = printsOf(rows)
  const others = usePasted(rested.filter((one) => !loaded.has(one)))
  const found = others.data ?? NONE
  const shown = new Set([...loaded, ...printsOf(found)])
  const strange = pasted.filter((one) => !shown.has(one))
  const isLooking = strange.length > 0 && (rested !== ever || others.isLoading || others.isPlaceholderData)
  const tick = (some: readonly Enrolment[], named: ReadonlySet<string>) => {
    for (const row of some) {
      const same = [...printsOf([row])].filter((one) => named.has(one))
      if (same.length > 0) compared.add(row.id, same)
    }
  }
  const change = (next: string) => {
    const named = fingerprintsIn(next)
    setText(next)
    setEver((former) => [...new Set([...former, ...named])])
    tick([...rows, ...found], new Set(named))
  }
  const ticked = useRef(new Set<string>())
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each host; what is unticked then stays so
  useEffect(() => {
    onFound(found)
    tick(
      found.filter(({ id }) => !ticked.current.has(id)),
      new Set(ever),
    )
    for (const { id } of found) ticked.current.add(id)
  }, [found])
  const known = pasted.length - strange.length
  if (rows.length === 0 && text === '') return null
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
        {isLooking ? (
          <Text size="sm" c="dimmed">
            {t('settings.enrol.pasteLooking')}
          </Text>
        ) : null}
        {others.error === null ? null : (
          <ProblemNotice error={others.error} onAgain={() => void others.refetch()} />
        )}
        {strange.length === 0 || isLooking || others.error !== null ? null : (
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
