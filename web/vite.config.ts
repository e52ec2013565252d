import path from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

const here = import.meta.dirname

/** Addresses are relative: the server says by `<base>` where the page's root is, so any prefix will do. */
export default defineConfig({
  root: here,
  base: '',
  plugins: [react()],
  build: {
    outDir: path.resolve(here, '../dist/web'),
    emptyOutDir: true,
    target: 'es2022',
    // A strict content policy takes no inlined files but images.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { fs: { allow: [path.resolve(here, '..')] } },
})
