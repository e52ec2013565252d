interface BarProps {
  readonly percent: number
  readonly label: string
  readonly tone: 'good' | 'busy' | 'warn' | 'bad'
}
const Fill = ({ percent }: { readonly percent: number }) => (
  <div className="server-bar-fill" style={{ width: `${percent}%` }} />
)

/** How full something is. */
export const MeterBar = ({ percent, label, tone }: BarProps) => (
  // biome-ignore lint/a11y/useSemanticElements: a browser draws <meter> in colours of its own
  <div
    className="server-bar"
    data-tone={tone}
    role="meter"
    aria-label={label}
    aria-valuenow={percent}
    aria-valuemin={0}
    aria-valuemax={100}
  >
    <Fill percent={percent} />
  </div>
)

/** How far something has come. */
export const ProgressBar = ({ percent, label, tone }: BarProps) => (
  <div
    className="server-bar"
    data-tone={tone}
    role="progressbar"
    aria-label={label}
    aria-valuenow={percent}
    aria-valuemin={0}
    aria-valuemax={100}
  >
    <Fill percent={percent} />
  </div>
)
