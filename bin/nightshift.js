#!/usr/bin/env node
// TypeScript is run as it is: there is no build step between the source and the night. See docs/adr/0004.
import { register } from 'tsx/esm/api'

register()
const { main } = await import('../src/cli/main.ts')
await main(process.argv.slice(2))
// A command that has returned has closed what was its own. Libraries leave timers behind that would hold the process:
// the schema engine's lock timeout (10 s), BullMQ's poll (drainDelay).
process.exit()
