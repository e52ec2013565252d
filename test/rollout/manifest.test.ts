import { describe, expect, test } from 'vitest'
import {
  isExpired,
  judgeManifest,
  manifestTime,
  type PackageManifest,
  readManifest,
  writeManifest,
} from '../../src/rollout/manifest.ts'

const sha256 = 'ab'.repeat(32)
const manifest: PackageManifest = {
  ...{ kind: 'till', version: 96_000, minVersion: 95_000, fileName: 'till-96.tgz', size: 1234, sha256 },
  ...{ signedAt: '2026-11-22T21:00:00Z', expires: '2027-02-20T21:00:00Z' },
  ...{ needsServer: true, updatesTills: false, firmware: false, ffd: ['1.05', '1.2'], canGoBack: null },
}
const TEXT =
  '{"canGoBack":null,"expires":"2027-02-20T21:00:00Z","ffd":["1.05","1.2"],"fileName":"till-96.tgz","firmware":false,' +
  '"format":"nightshift-package-1","kind":"till","minVersion":"00095000","needsServer":true,' +
  `"sha256":"${sha256}","signedAt":"2026-11-22T21:00:00Z","size":1234,"updatesTills":false,"version":"00096000"}\n`

describe('the text that is signed', () => {
  test('is one line, its members sorted', () => {
    expect(writeManifest(manifest)).toBe(TEXT)
    const members = Object.keys(JSON.parse(TEXT) as object)
    expect(members).toEqual([...members].sort())
  })

  test('is read back as it was', () => {
    expect(readManifest(TEXT)).toEqual({ ok: true, manifest })
    const plain = { ...manifest, minVersion: null, expires: null, ffd: [], canGoBack: false }
    expect(readManifest(writeManifest(plain))).toEqual({ ok: true, manifest: plain })
  })

  test('times are whole seconds of UTC', () => {
    expect(manifestTime(Date.UTC(2026, 10, 22, 21, 0, 0, 987))).toBe('2026-11-22T21:00:00Z')
  })

  const without = (member: string) => {
    const { [member]: _, ...rest } = JSON.parse(TEXT) as Record<string, unknown>
    return `${JSON.stringify(rest)}\n`
  }
  const withValue = (member: string, value: unknown) =>
    `${JSON.stringify({ ...(JSON.parse(TEXT) as object), [member]: value })}\n`

  test.each([
    ['nothing', '', ''],
    ['no JSON', '{', ''],
    ['a list', '[]\n', ''],
    ['null', 'null\n', ''],
    ['no line feed at the end', TEXT.trimEnd(), ''],
    ['two line feeds', `${TEXT}\n`, ''],
    ['blanks', TEXT.replace(',', ', '), ''],
    ['a member twice', TEXT.replace('{', '{"kind":"storeServer",'), ''],
    ['an escape for a plain letter', TEXT.replace('till-96', '\\u0074ill-96'), ''],
    ['a number written otherwise', TEXT.replace('1234', '1.234e3'), ''],
    ['other order', TEXT.replace('"canGoBack":null,', '').replace('}', ',"canGoBack":null}'), ''],
    ['too long', withValue('fileName', 'x'.repeat(5000)), ''],
    ['another format', withValue('format', 'nightshift-package-2'), 'format'],
    ['a kind that is never installed', withValue('kind', 'priceChecker'), 'kind'],
    ['a version of five digits', withValue('version', '96000'), 'version'],
    ['a version as a number', withValue('version', 96000), 'version'],
    ['no size', withValue('size', 0), 'size'],
    ['half a byte', withValue('size', 0.5), 'size'],
    ['a name that leads away', withValue('fileName', '../x'), 'fileName'],
    ['a digest in capitals', withValue('sha256', sha256.toUpperCase()), 'sha256'],
    ['a time of another zone', withValue('expires', '2027-02-20T21:00:00+03:00'), 'expires'],
    ['no such date', withValue('expires', '2027-13-20T21:00:00Z'), 'expires'],
    ['a flag as text', withValue('needsServer', 'true'), 'needsServer'],
    ['a format of fiscal documents', withValue('ffd', ['1.05', 'x']), 'ffd'],
    ['one more member', withValue('zone', 'x'), 'zone'],
    ['a member of the prototype', TEXT.replace('}', ',"__proto__":{}}'), '__proto__'],
    ...Object.keys(JSON.parse(TEXT) as object).map((member) => [`no ${member}`, without(member), member]),
  ])('refused: %s', (_label, text, member) => {
    expect(readManifest(text as string)).toEqual({ ok: false, member })
  })
})

describe('what it says against what is there', () => {
  const { kind, version, size, minVersion, needsServer, updatesTills, firmware, ffd, canGoBack } = manifest
  const facts = {
    kind,
    version,
    size,
    sha256,
    minVersion,
    needsServer,
    updatesTills,
    firmware,
    ffd,
    canGoBack,
  }
  const now = Date.parse('2026-12-01T00:00:00Z')
  const differs = (member: string) => ({ code: 'manifestDiffers', member })

  test.each([
    ['the same', {}, undefined],
    ['another kind', { kind: 'storeServer' }, differs('kind')],
    ['a higher version', { version: 97_000 }, differs('version')],
    ['a lower version', { version: 95_000 }, differs('version')],
    ['a byte more', { size: 1235 }, differs('size')],
    ['another minimum', { minVersion: null }, differs('minVersion')],
    ['another rule of servers', { needsServer: false }, differs('needsServer')],
    ['carries tills', { updatesTills: true }, differs('updatesTills')],
    ['firmware', { firmware: true }, differs('firmware')],
    ['other formats', { ffd: ['1.05'] }, differs('ffd')],
    ['no way back', { canGoBack: false }, differs('canGoBack')],
    ['a flipped byte', { sha256: 'cd'.repeat(32) }, { code: 'digestMismatch' }],
  ])('%s', (_label, change, fault) => {
    expect(judgeManifest(manifest, { ...facts, ...change }, now)).toEqual(fault)
  })

  test('what is not known yet is not compared', () => {
    expect(judgeManifest(manifest, {}, now)).toBeUndefined()
  })

  test.each([
    ['a second before', '2027-02-20T20:59:59Z', false],
    ['that very second', '2027-02-20T21:00:00Z', true],
    ['later', '2027-02-21T00:00:00Z', true],
  ])('expires: %s', (_label, at, is) => {
    const moment = Date.parse(at)
    expect(isExpired(manifest.expires, moment)).toBe(is)
    expect(judgeManifest(manifest, facts, moment)).toEqual(is ? { code: 'packageExpired' } : undefined)
    expect(isExpired(null, moment)).toBe(false)
  })
})
