/** The small real service that stands for the till's software, and the hooks that know it. */

/** Says its version and health over HTTP on loopback; writes its port beside its pid once it listens. */
export const serviceSource = `import { readFileSync, writeFileSync, renameSync } from 'node:fs'
import { createServer } from 'node:http'
import path from 'node:path'
const here = path.dirname(new URL(import.meta.url).pathname)
const { version, behaviour } = JSON.parse(readFileSync(path.join(here, 'release.json'), 'utf8'))
const [dir, port] = process.argv.slice(2)
if (behaviour === 'crash') process.exit(1)
const server = createServer((request, response) => {
  const sick = request.url === '/health' && behaviour === 'sick'
  response.writeHead(sick ? 503 : 200)
  response.end(behaviour === 'wrongVersion' ? '00000001' : version)
})
server.listen(Number(port), '127.0.0.1', () => {
  writeFileSync(path.join(dir, 'service.port.new'), String(server.address().port))
  renameSync(path.join(dir, 'service.port.new'), path.join(dir, 'service.port'))
})
`

const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

/** Hook name → its body in sh. Only tools that BusyBox has. */
export function hooks({ dir, httpPort }: { dir: string; httpPort: number }): Record<string, string> {
  const at = `dir=${quote(dir)}\n`
  const get = `wget -q -T 15 -O - "http://127.0.0.1:$(cat "$dir/service.port")/$1"`
  const plainGet = `wget -q -O - "http://127.0.0.1:$(cat "$dir/service.port")/$1"`
  const ask = `ask() { if command -v curl >/dev/null; then curl -q -fsS -m 15 --noproxy '*' "http://127.0.0.1:$(cat "$dir/service.port")/$1"; elif wget --help 2>&1 | grep -q -e '-T '; then ${get}; else ${plainGet}; fi; }\n`
  return {
    STATUS_HOOK: `${at}cat "$dir/status"\n`,
    VERSION_HOOK: `${at}${ask}ask version\n`,
    HEALTH_HOOK: `${at}${ask}ask health >/dev/null\n`,
    RESTART_HOOK: `${at}pid=$(cat "$dir/service.pid" 2>/dev/null)
if [ -n "$pid" ]; then
  kill -KILL "$pid" 2>/dev/null
  tries=0
  while kill -0 "$pid" 2>/dev/null && ! grep -q ' Z ' "/proc/$pid/stat" && [ $tries -lt 100 ]; do tries=$((tries + 1)); sleep 0.05; done
fi
rm -f "$dir/service.port"
cd -P "$NIGHTCTL_CURRENT" || exit 1
node server.mjs "$dir" ${httpPort} </dev/null >>"$dir/service.log" 2>&1 &
service=$!
printf '%s\\n' $service >"$dir/service.pid.new" && mv "$dir/service.pid.new" "$dir/service.pid"
# As an init system that is told when a service is ready: how long one takes to start is no part of these tests.
tries=0
while [ ! -e "$dir/service.port" ] && kill -0 "$service" 2>/dev/null && ! grep -q ' Z ' "/proc/$service/stat" && [ $tries -lt 150 ]; do tries=$((tries + 1)); sleep 0.05; done
exit 0
`,
  }
}
