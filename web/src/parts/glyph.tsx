/** Small drawn signs: nothing on the page is told by colour alone. */
const paths = {
  check: 'M3 8.5l3.2 3.2L13 4.5',
  cross: 'M4 4l8 8M12 4l-8 8',
  bang: 'M8 2.5v7M8 12.6v.9',
  play: 'M5 3.5l7 4.5-7 4.5z',
  clock: 'M8 2.2a5.8 5.8 0 1 0 .01 0M8 5v3.2l2.2 1.4',
  dash: 'M4 8h8',
  question: 'M5.5 6a2.5 2.5 0 1 1 3.4 2.3c-.6.3-.9.7-.9 1.4M8 12.4v.6',
  off: 'M2.5 13.5l11-11M5 5.5a4.5 4.5 0 0 0 5.6 5.6M11 10.2A4.5 4.5 0 0 0 6.4 3.9',
  back: 'M6.5 4L3 7.5 6.5 11M3.5 7.5H10a3 3 0 0 1 0 6H7',
  skip: 'M3.5 4l4 4-4 4M9 4l4 4-4 4',
  pause: 'M5.5 3.5v9M10.5 3.5v9',
  lock: 'M4 7.5h8v5.5H4zM5.5 7.5V5.5a2.5 2.5 0 0 1 5 0v2',
  dot: 'M8 7.6v.8',
  stop: 'M4.5 4.5h7v7h-7z',
} as const
export type GlyphName = keyof typeof paths

export function Glyph({ name, size = 14 }: { readonly name: GlyphName; readonly size?: number }) {
  return (
    <svg
      className="glyph"
      width={size}
      height={size}
      viewBox="0 0 16 16"
      aria-hidden="true"
      data-glyph={name}
    >
      <path
        d={paths[name]}
        fill="none"
        stroke="currentColor"
        strokeWidth="2"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  )
}
