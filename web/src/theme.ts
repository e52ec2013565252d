import { createTheme } from '@mantine/core'

/** A dialog's heading is no banner of the page. */
const plainHeader = { attributes: { header: { role: 'presentation' } } }

export const theme = createTheme({
  primaryColor: 'indigo',
  primaryShade: { light: 8, dark: 7 },
  fontFamily: 'system-ui, "Segoe UI", Roboto, "DejaVu Sans", Arial, sans-serif',
  fontFamilyMonospace: 'ui-monospace, "Cascadia Mono", "DejaVu Sans Mono", Consolas, monospace',
  defaultRadius: 'sm',
  cursorType: 'pointer',
  autoContrast: true,
  // Below it white text has 4.5 : 1, above it black has.
  luminanceThreshold: 0.18,
  respectReducedMotion: true,
  components: {
    Modal: { defaultProps: plainHeader },
    Drawer: { defaultProps: plainHeader },
  },
})
