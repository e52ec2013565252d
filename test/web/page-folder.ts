/** A built page of a few bytes, as scripts/web.mjs would leave it. */
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { brotliCompressSync, gzipSync } from 'node:zlib'

export const SCRIPT = `export const night = '${'x'.repeat(2000)}'\n`

const INDEX = `<!doctype html>
<html lang="ru">
<head>
<base href="./">
<meta name="csp-nonce" content="">
<script type="module" src="./assets/index-DtuUjNnF.js"></script>
<link rel="icon" href="./icon.svg">
</head>
<body><div id="page"></div></body>
</html>
`

export const newFolder = (): Promise<string> => mkdtemp(path.join(tmpdir(), 'nightshift-page-'))

export async function writePage(folder: string): Promise<void> {
  await mkdir(path.join(folder, 'assets'), { recursive: true })
  const files: Readonly<Record<string, string | Buffer>> = {
    '.built': '{"digest":"secret of the build"}',
    'assets/index-DtuUjNnF.js': SCRIPT,
    'assets/index-DtuUjNnF.js.br': brotliCompressSync(SCRIPT),
    'assets/index-DtuUjNnF.js.gz': gzipSync(SCRIPT),
    'assets/face-Bc_91-xA.woff2': 'a font',
    'icon.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
    // The last: with it the page is there.
    'index.html': INDEX,
  }
  for (const [name, body] of Object.entries(files)) await writeFile(path.join(folder, name), body)
}
