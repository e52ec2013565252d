/** Files that are right, and files that are wrong in twenty ways: each is told with its line. */
import { describe, expect, test } from 'vitest'
import type { FleetFormat } from '../../src/fleet/file.ts'
import { readFleet } from '../../src/fleet/read.ts'

const utf8 = (text: string) => new TextEncoder().encode(text)
const read = (text: string, format: FleetFormat) => readFleet(utf8(text), { format })

/** `line:column code field`, in the order of the file. */
function faultsOf(text: string, format: FleetFormat): string[] {
  const found = read(text, format)
  if (found.ok) throw new Error('there is no fault in it')
  return found.faults.list.map(({ line, column, code, field }) => `${line}:${column} ${code} ${field}`)
}

const HEAD =
  'store;storeName;timeZone;storeHost;packageFolder;packageUrl;maxInstalls;calendar;cashId;kind;number;name;host;port;blocked;labels'
const STORE = (code: string) => `${code};Shop;Europe/Moscow;10.0.0.1;/srv/p;http://10.0.0.1/p;1;`

describe('CSV', () => {
  test('one file with twenty different errors names all twenty with their lines', () => {
    const lines = [
      `${HEAD};colour;kind`,
      `${STORE('M1')};1;till;1;T1;10.0.1.1;22;true;a, b`,
      `M1;Other shop;;;;;;;2;till;2;T2;10.0.1.2;22;;`,
      `M1;;;;;;;;3;till;many;T3;10.0.1.3;22;;`,
      `M1;;;;;;;;4;till;4;T4;10.0.1.4;70000;;`,
      `M1;;;;;;;;5;till;5;T5;10.0.1.5;22;maybe;`,
      `M1;;;;;;;;6;tiller;6;T6;10.0.1.6;22;;`,
      `M1;;;;;;;;7;till;7;;10.0.1.7;22;;`,
      `M1;;;;;;;;8;till;8;T8;10.0.1.8 -x;22;;`,
      `M1;;;;;;;;1;till;9;T9;10.0.1.9;22;;`,
      `M1;;;;;;;;10;till;1;T10;10.0.1.10;22;;`,
      `M1;;;;;;;;;till;11;T11;10.0.1.11;22;;`,
      `;;;;;;;;12;till;12;T12;10.0.1.12;22;;`,
      `M1;;;;;;;;13;till;13;T13;10.0.1.13;22;;;;;extra`,
      `M1;;;;;;;;14;till;14;T\u000714;10.0.1.14;22;;`,
      `M1;;;;;;;;15;till;15;T15;10.0.1.15;22;;[1`,
      `M2;Shop;Mars/Olympus;10.0.0.2;/srv/p;http://10.0.0.2/p;1;;16;till;1;T16;10.0.1.16;22;;`,
      `M3;Shop;Europe/Moscow;10.0.0.3;srv/p;ftp://x;99;"{""windows"":[{""from"":""25:00"",""to"":""06:00""}]}";17;till;1;T17;10.0.1.17;22;;`,
      `M4;Shop;Europe/Moscow;10.0.0.4;/srv/p;http://10.0.0.4/p;1;"{""windows"":[],""opening"":""never""}";18;till;1;T18;;22;;`,
      `M5;Shop;;;/srv/p;http://10.0.0.4/p;1;not json;19;till;1;T19;;22;;`,
      `M6;"a"b;Europe/Moscow;;/srv/p;http://10.0.0.4/p;1;;20;till;1;T19;;22;;`,
    ]
    const faults = faultsOf(lines.join('\r\n'), 'csv')
    expect(faults).toEqual([
      '1:17 columnUnknown colour',
      '1:18 columnTwice kind',
      '3:2 storeDiffers storeName',
      '4:11 numberInvalid number',
      '5:14 fieldInvalid port',
      '6:15 flagInvalid blocked',
      '7:10 fieldInvalid kind',
      '8:12 fieldMissing name',
      '9:13 fieldInvalid host',
      '10:9 cashIdTwice cashId',
      '11:11 numberTwice number',
      '12:10 rowInvalid kind',
      '13:1 fieldMissing store',
      '14:null cellsTooMany null',
      '15:12 textInvalid name',
      '16:16 jsonInvalid labels',
      '17:3 timeZoneUnknown timeZone',
      '18:5 fieldInvalid packageFolder',
      '18:6 fieldInvalid packageUrl',
      '18:7 fieldInvalid maxInstalls',
      '18:8 windowInvalid calendar',
      '19:8 fieldInvalid calendar',
      '20:3 fieldMissing timeZone',
      '20:4 fieldMissing storeHost',
      '20:8 jsonInvalid calendar',
      '21:null syntaxInvalid null',
    ])
    expect(new Set(faults.map((one) => one.split(' ')[1])).size).toBeGreaterThanOrEqual(15)
    expect(faults.length).toBeGreaterThanOrEqual(20)
  })

  test('a fault tells the value and what to do; an unclosed quotation mark is told with its line', () => {
    const found = read(`${HEAD}\n${STORE('M1')};1;till;x;T1;h;22;;`, 'csv')
    expect(found).toMatchObject({
      ok: false,
      faults: { list: [{ value: 'x', detail: 'a whole number from 0 to 999999; 0: it has none' }] },
    })
    expect(faultsOf(`${HEAD}\n${STORE('M1')};1;till;1;"T1;h;22;;\n`, 'csv').join()).toContain('syntaxInvalid')
  })

  test.each([
    ['commas', ','],
    ['tabs', '\t'],
    ['semicolons', ';'],
  ])('%s, columns in any order and in Russian, a row for a store alone', (_name, mark) => {
    const text = [
      'Код кассы,Вид,Название,Магазин,Название магазина,Часовой пояс,STORE_HOST,package folder,packageUrl,Метки магазина',
      '50001002,selfCheckout,"КСО «1»",M1,"ООО ""Вот это",Asia/Vladivostok,10.0.0.1,/srv/p,http://10.0.0.1/p,пилот',
      ',,,M2,Второй,Europe/Moscow,10.0.0.2,/srv/p,http://10.0.0.2/p,',
    ]
    const found = read(text.join('\n').replaceAll(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/g, mark), 'csv')
    expect(found).toMatchObject({
      ok: true,
      stores: [
        {
          code: 'M1',
          name: 'ООО "Вот это',
          timeZone: 'Asia/Vladivostok',
          labels: ['пилот'],
          devices: [{ cashId: '50001002', kind: 'selfCheckout', name: 'КСО «1»', number: 0 }],
        },
        { code: 'M2', name: 'Второй', devices: [] },
      ],
    })
  })

  test('windows-1251 is found out and said; UTF-8 with its mark, UTF-16 with its', () => {
    const text = `${HEAD}\nM1;Shop;Europe/Moscow;10.0.0.1;/srv/p;http://10.0.0.1/p;1;;1;till;1;T;h;22;;\n`
    const cyrillic = Buffer.from([0xcc, 0xe0, 0xe3, 0xe0, 0xe7, 0xe8, 0xed])
    const [before, after] = text.split('Shop')
    const bytes = Buffer.concat([Buffer.from(before ?? ''), cyrillic, Buffer.from(after ?? '')])
    expect(readFleet(bytes, { format: 'csv' })).toMatchObject({
      ok: true,
      encoding: 'windows-1251',
      stores: [{ name: 'Магазин' }],
      notes: [{ code: 'decodedAs', value: 'windows-1251' }],
    })
    expect(readFleet(utf8(`\ufeff${text}`), { format: 'csv' })).toMatchObject({ ok: true, encoding: 'utf-8' })
    expect(readFleet(Buffer.from(`\ufeff${text}`, 'utf16le'), { format: 'csv' })).toMatchObject({
      ok: true,
      encoding: 'utf-16le',
    })
    const noText = Buffer.from([0xff, 0x00, 0x01, 0x9f, 0x80])
    expect(readFleet(noText, { format: 'csv' })).toMatchObject({
      faults: { list: [{ code: 'encodingUnknown' }] },
    })
  })

  test('a thousand faults are told, and how many more there are', () => {
    const rows = Array.from({ length: 1200 }, (_, i) => `M${(i % 2) + 1};;;;;;;;${i};tiller;0;T;h;22;;`)
    const found = read(
      [HEAD, `${STORE('M1')};x;till;0;T;h;22;;`, `${STORE('M2')};y;till;0;T;h;22;;`, ...rows].join('\n'),
      'csv',
    )
    if (found.ok) throw new Error('no fault')
    expect([found.faults.list.length, found.faults.more]).toEqual([1000, 200])
  })
})

describe('JSON', () => {
  const device = (more: object) =>
    JSON.stringify({ kind: 'till', cashId: '1', name: 'T', host: 'h', ...more })

  test('one file with twenty different errors names all twenty with their lines', () => {
    const text = `{
  "stores": [
    {
      "code": "M1", "name": "", "timeZone": "Mars/Olympus",
      "host": "a b",
      "packageFolder": "srv",
      "packageUrl": "http://u:p@h/p",
      "port": 0,
      "colour": "red",
      "maxInstalls": 65, "maxInstalls": 65,
      "labels": ["ok", " blank"],
      "calendar": {"windows": [{"from": "23:00", "to": "6"}], "opening": [{"days": [], "from": "08:00", "to": "22:00"}],
        "exceptions": [{"date": "2026-02-30"}, {"date": "2026-12-31"},
          {"date": "2026-12-31"}]},
      "devices": [
        ${device({ number: 7 })},
        ${device({ cashId: '2', number: 7 })},
        ${device({})},
        ${device({ cashId: '3', number: 1.5 })},
        ${device({ cashId: '4', kind: 'robot' })},
        {"kind": "till", "cashId": "5"},
        ${device({ cashId: '6', user: 'root; rm' })},
        ${device({ cashId: '7', hostKeys: ['nonsense'] })},
        ${device({ cashId: '8', agent: '/bin/sh -c x' })},
        ${device({ cashId: '9', blocked: 'yes' })},
        ${device({ cashId: '10', credential: '../id' })},
        "till"
      ]
    },
    {"code": "M1", "name": "x", "timeZone": "UTC", "host": "h", "packageFolder": "/p", "packageUrl": "http://h/p", "devices": []}
  ]
}`
    const faults = faultsOf(text, 'json').map((one) => one.replace(/^(\d+):\d+/, '$1'))
    expect(faults).toEqual([
      '4 fieldInvalid stores.0.name',
      '4 timeZoneUnknown stores.0.timeZone',
      '5 fieldInvalid stores.0.host',
      '6 fieldInvalid stores.0.packageFolder',
      '7 fieldInvalid stores.0.packageUrl',
      '8 fieldInvalid stores.0.port',
      '9 fieldUnknown stores.0.colour',
      '10 keyTwice maxInstalls',
      '10 fieldInvalid stores.0.maxInstalls',
      '11 fieldInvalid stores.0.labels.1',
      '12 windowInvalid stores.0.calendar.windows.0.to',
      '12 openingInvalid stores.0.calendar.opening.0.days',
      '13 dateInvalid stores.0.calendar.exceptions.0.date',
      '14 dateRepeated stores.0.calendar.exceptions.2.date',
      '17 numberTwice stores.0.devices.1.number',
      '18 cashIdTwice stores.0.devices.2.cashId',
      '19 fieldInvalid stores.0.devices.3.number',
      '20 fieldInvalid stores.0.devices.4.kind',
      '21 fieldMissing stores.0.devices.5.name',
      '22 fieldInvalid stores.0.devices.6.user',
      '23 fieldInvalid stores.0.devices.7.hostKeys.0',
      '24 fieldInvalid stores.0.devices.8.agent',
      '25 fieldInvalid stores.0.devices.9.blocked',
      '26 fieldInvalid stores.0.devices.10.credential',
      '27 fieldInvalid stores.0.devices.11',
      '30 storeTwice stores.1.code',
    ])
  })

  test.each([
    ['{"stores": [}', '1:13 syntaxInvalid null'],
    ['{"stores":\n  [1,]}', '2:6 syntaxInvalid null'],
    ['{"a": "x\ny"}', '1:9 syntaxInvalid null'],
    ['{"stores": []} x', '1:16 syntaxInvalid null'],
    [`${'['.repeat(100)}`, '1:66 tooDeep null'],
    ['', 'null:null fileEmpty null'],
    ['{"stores": []}', '1:2 fieldInvalid stores'],
    ['{"__proto__": {"stores": []}}', '1:2 fieldUnknown __proto__'],
  ])('%s', (text, fault) => {
    expect(faultsOf(text, 'json')).toContain(fault)
  })
})
