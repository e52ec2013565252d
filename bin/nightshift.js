#!/usr/bin/env node
// TypeScript is run as it is: there is no build step between the source and the night. See docs/adr/0004.
import { register } from 'tsx/esm/api'

register()
const { main } = await import('../src/cli/main.ts')
await main(process.argv.slice(2))
