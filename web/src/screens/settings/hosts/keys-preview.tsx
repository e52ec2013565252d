import { Text } from '@mantine/core'
import type { KeysImport } from '../../../api/types.ts'
import { Mark } from '../../../parts/mark.tsx'
import { useWords } from '../../../words/language.ts'
import { Fingerprint } from './fingerprint.tsx'
import { HostName, useHostName } from './host-name.tsx'

type Change = KeysImport['changes'][number]
const SHOWN = 200

export function KeysPreview({ preview }: { readonly preview: KeysImport }) {
  const { t } = useWords()
  const { changes, contradictions, same, hosts } = preview
  return (
    <section className="settings-stack" aria-label={t('settings.fleet.preview')}>
      <Text size="sm">
        {t('settings.keys.counts', {
          hosts,
          same,
          changes: changes.length,
          contradictions: contradictions.length,
        })}
      </Text>
      <Changes title="changes" changes={changes} />
      <Changes title="contradictions" changes={contradictions} />
      <Unusable preview={preview} />
    </section>
  )
}

interface ChangesProps {
  readonly title: 'changes' | 'contradictions'
  readonly changes: readonly Change[]
}
function Changes({ title, changes }: ChangesProps) {
  const { t } = useWords()
  if (changes.length === 0) return null
  const isBad = title === 'contradictions'
  return (
    <section
      className="settings-panel"
      data-tone={isBad ? 'bad' : undefined}
      aria-label={t(`settings.keys.${title}`)}
    >
      <h2 className="settings-panel-title">
        <Mark
          tone={isBad ? 'bad' : 'good'}
          glyph={isBad ? 'bang' : 'check'}
          label={`${t(`settings.keys.${title}`)}: ${changes.length}`}
        />
      </h2>
      {isBad ? <Text size="sm">{t('settings.keys.contradictionsMean')}</Text> : null}
      <div className="settings-scroll">
        <table className="settings-table">
          <thead>
            <tr>
              <th scope="col">{t('settings.hosts.host')}</th>
              <th scope="col">{t('settings.keys.lines')}</th>
              <th scope="col">{t('settings.keys.now')}</th>
              <th scope="col">{t('settings.keys.after')}</th>
            </tr>
          </thead>
          <tbody>
            {changes.slice(0, SHOWN).map((change) => (
              <tr key={`${change.store} ${change.cashId ?? ''}`}>
                <th scope="row">
                  <HostName {...change} />
                </th>
                <td className="number">{change.lines.join(', ')}</td>
                <td>
                  <Prints keys={change.pinned} />
                </td>
                <td>
                  <Prints keys={change.after} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {changes.length > SHOWN ? (
        <Text size="sm">{t('settings.enrol.andMore', { count: changes.length - SHOWN })}</Text>
      ) : null}
    </section>
  )
}

function Prints({ keys }: { readonly keys: Change['pinned'] }) {
  const { t } = useWords()
  if (keys.length === 0) return <span className="settings-quiet">{t('settings.fleet.nothing')}</span>
  return keys.map(({ fingerprint, type }) => (
    <div key={fingerprint}>
      <Fingerprint value={fingerprint} /> <span className="settings-quiet">{type}</span>
    </div>
  ))
}

function Unusable({ preview: { faults, unmatched, pinnedRevoked } }: { readonly preview: KeysImport }) {
  const { t } = useWords()
  const name = useHostName()
  if (faults.length + unmatched.length + pinnedRevoked.length === 0) return null
  return (
    <section className="settings-panel" data-tone="warn" aria-label={t('settings.keys.unusable')}>
      <h2 className="settings-panel-title">
        <Mark tone="warn" glyph="question" label={t('settings.keys.unusable')} />
      </h2>
      <ul className="settings-says">
        {pinnedRevoked.map(({ store, cashId, key }) => (
          <li key={`${store} ${cashId ?? ''}`} className="settings-bad">
            {t('settings.keys.pinnedRevoked', { name: name({ store, cashId }) })}{' '}
            <Fingerprint value={key.fingerprint} />
          </li>
        ))}
        {faults.map(({ line, problem }) => (
          <li key={`${line} ${problem}`}>
            {`${t('settings.fleet.line', { line })}:`}{' '}
            {t(`settings.keys.problems.${problem}`, { defaultValue: problem })}
          </li>
        ))}
        {unmatched.length === 0 ? null : (
          <li>{t('settings.keys.unmatched', { lines: unmatched.slice(0, SHOWN).join(', ') })}</li>
        )}
      </ul>
    </section>
  )
}
