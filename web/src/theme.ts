import { createTheme } from '@mantine/core'

/** A dialog's heading is no banner of the page. */
const plainHeader = { attributes: { header: { role: 'presentation' } } }

export const theme = createTheme({
  primaryColor: 'indigo',
  primaryShade: { light: 7, dark: 5 },
  fontFamily: 'system-ui, "Segoe UI", Roboto, "DejaVu Sans", Arial, sans-serif',
  fontFamilyMonospace: 'ui-monospace, "Cascadia Mono", "DejaVu Sans Mono", Consolas, monospace',
  defaultRadius: 'sm',
  cursorType: 'pointer',
  autoContrast: true,
  respectReducedMotion: true,
  components: {
    Modal: { defaultProps: plainHeader },
    Drawer: { defaultProps: plainHeader },
  },
})
