interface BarProps {
  readonly percent: number
  readonly label: string
  readonly tone: 'good' | 'busy' | 'warn' | 'bad'
  /** `meter`: how full something is; `progressbar`: how far something has come. */
  readonly role: 'meter' | 'progressbar'
}
export function Bar({ percent, label, tone, role }: BarProps) {
  return (
    <div
      className="server-bar"
      data-tone={tone}
      role={role}
      aria-label={label}
      aria-valuenow={percent}
      aria-valuemin={0}
      aria-valuemax={100}
    >
      <div className="server-bar-fill" style={{ width: `${percent}%` }} />
    </div>
  )
}
