// The board takes the server longer than anything else of the first screen: it is asked for before the page's scripts
// are there. web/src/api/ahead.ts takes the answer, if it is still what the page asks for.
;(() => {
  const root = new URL('./', document.baseURI)
  if (location.pathname !== root.pathname && location.pathname !== `${root.pathname}chain`) return
  const asked = new URLSearchParams(location.search)
  const query = new URLSearchParams()
  for (const name of ['rollout', 'filter']) if (asked.get(name)) query.set(name, asked.get(name))
  const address = new URL(`api/v1/board${query.size === 0 ? '' : `?${query}`}`, root).href
  const headers = { Accept: 'application/json' }
  const answer = fetch(address, { headers, credentials: 'same-origin', signal: AbortSignal.timeout(60_000) })
  // Whoever takes it hears of its failure.
  answer.catch(() => {})
  window.ahead = { address, sentAt: Date.now(), answer }
})()
