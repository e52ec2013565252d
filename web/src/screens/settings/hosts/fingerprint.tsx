/** `SHA256:…` in groups of four, as it is read aloud; copied, it is one piece. */
const PREFIX = 'SHA256:'
const GROUP = 4

const groupsOf = (text: string): string[] => text.match(new RegExp(`.{1,${GROUP}}`, 'g')) ?? []

export function Fingerprint({ value }: { readonly value: string }) {
  const digest = value.startsWith(PREFIX) ? value.slice(PREFIX.length) : value
  const groups = groupsOf(digest).map((text, index) => ({ text, at: index * GROUP }))
  return (
    <code className="settings-print" data-fingerprint={value}>
      {value.startsWith(PREFIX) ? <span className="settings-print-kind">{PREFIX}</span> : null}
      {groups.map(({ text, at }) => (
        <span key={at} className="settings-print-group">
          {text}
        </span>
      ))}
    </code>
  )
}

/** Whatever in a text is a fingerprint. */
export const fingerprintsIn = (text: string): string[] => [
  ...new Set(text.match(/SHA256:[A-Za-z0-9+/]{43}(?![A-Za-z0-9+/])/g) ?? []),
]
