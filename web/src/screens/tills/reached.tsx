/** Of a preview: who gets it, who is left out and why. */
import type { CommandSent } from '../../api/types.ts'
import { Glyph } from '../../parts/glyph.tsx'
import { useReason } from '../../parts/mark.tsx'
import { useWords } from '../../words/language.ts'

export function Reached({ preview }: { readonly preview: CommandSent }) {
  const { t } = useWords()
  const { devices, targets = [], leftOut } = preview
  const left = Object.values(leftOut).reduce((sum, count) => sum + count, 0)
  return (
    <div className="tills-reached">
      <details open={devices > 0 && devices <= 6}>
        <summary data-tone={devices === 0 ? 'warn' : 'good'}>
          <Glyph name={devices === 0 ? 'bang' : 'check'} />{' '}
          {devices === 0 ? t('tills.reachesNobody') : t('tills.reaches', { count: devices })}
        </summary>
        <ul>
          {targets.map(({ cashId, number, name }) => (
            <li key={cashId}>{number === 0 ? name : t('tills.tillNamed', { number, name })}</li>
          ))}
        </ul>
      </details>
      {left === 0 ? null : (
        <details open={left <= 6}>
          <summary data-tone="off">
            <Glyph name="skip" /> {t('tills.leftOut', { count: left })}
          </summary>
          <ul>
            {Object.keys(leftOut).map((reason) => (
              <LeftOut key={reason} reason={reason} preview={preview} />
            ))}
          </ul>
        </details>
      )}
    </div>
  )
}

function LeftOut({ reason, preview }: { readonly reason: string; readonly preview: CommandSent }) {
  const words = useReason(reason)
  const ids = preview.leftOutDevices.filter((one) => one.reason === reason).map((one) => one.cashId)
  return (
    <li>
      <b>{words?.label}</b>
      {words === undefined || words.advice === '' ? null : (
        <span className="tills-advice"> {words.advice}</span>
      )}
      <span className="tills-ids"> {ids.join(', ')}</span>
    </li>
  )
}
