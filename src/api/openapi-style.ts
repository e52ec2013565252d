/** Of the page that shows the API. */
export const STYLE = `
:root { color-scheme: light dark; font: 15px/1.5 system-ui, "DejaVu Sans", Arial, sans-serif; --line: #8886; --soft: #8882; --strong: #2a6fb0; }
@media (prefers-color-scheme: dark) { :root { --strong: #7db7ea; } }
body { margin: 0; display: grid; grid-template-columns: 21rem minmax(0, 1fr); }
nav { position: sticky; top: 0; height: 100vh; box-sizing: border-box; overflow: auto; padding: 1rem; border-right: 1px solid var(--line); font-size: .85rem; }
nav h2 { font-size: .9rem; margin: 1rem 0 .25rem; }
nav ul { list-style: none; margin: 0; padding: 0; }
nav li { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
main { padding: 1rem 2.5rem 6rem; max-width: 62rem; }
a { color: inherit; text-decoration: none; }
a:hover { text-decoration: underline; }
p a { color: var(--strong); }
h1 { font-size: 1.8rem; }
main > h2 { margin-top: 3rem; border-bottom: 2px solid var(--line); }
.call { margin: 2rem 0; padding: .1rem 1.25rem 1rem; border: 1px solid var(--line); border-radius: .4rem; }
.call h3 { font-family: ui-monospace, "DejaVu Sans Mono", monospace; font-size: 1rem; overflow-wrap: anywhere; }
.call h4 { margin: 1.25rem 0 .25rem; }
b.get, b.post, b.patch, b.put, b.delete { display: inline-block; min-width: 4.4em; font-size: .85em; }
b.get { color: var(--strong); }
b.post { color: #2e8b57; }
b.patch, b.put { color: #b8860b; }
b.delete { color: #c0392b; }
.who, .problems { font-size: .85rem; opacity: .85; }
small { font-weight: normal; opacity: .75; }
table { border-collapse: collapse; width: 100%; margin: .5rem 0 1rem; font-size: .9rem; }
th { text-align: left; }
th, td { padding: .25rem .75rem .25rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
td { overflow-wrap: anywhere; }
td:first-child { min-width: 9rem; }
code { font-family: ui-monospace, "DejaVu Sans Mono", monospace; font-size: .92em; }
td b { font-size: .75rem; font-weight: 600; color: #c0392b; }
pre { background: var(--soft); padding: .75rem 1rem; border-radius: .3rem; overflow: auto; max-height: 30rem; margin: .5rem 0; }
summary { cursor: pointer; }
@media (max-width: 60rem) { body { display: block; } nav { position: static; height: auto; border: 0; } main { padding: 0 1rem 3rem; } }
@media print { body { display: block; } nav { position: static; height: auto; border: 0; columns: 2; } main { padding: 0; max-width: none; } .call { border: 0; padding: 0; break-inside: auto; } h3, h4 { break-after: avoid; } pre { max-height: none; white-space: pre-wrap; } details::details-content { content-visibility: visible; display: block; } }
`
