/** Ansible inventories in their three forms, all to the same stores and devices. */
import { expect, test } from 'vitest'
import type { FleetFormat } from '../../src/fleet/file.ts'
import { readFleet } from '../../src/fleet/read.ts'

const read = (text: string, format: FleetFormat) => readFleet(new TextEncoder().encode(text), { format })

function faultsOf(text: string, format: FleetFormat): string[] {
  const found = read(text, format)
  if (found.ok) throw new Error('there is no fault in it')
  return found.faults.list.map(({ line, code, field, value }) => `${line} ${code} ${field} ${value}`)
}

const INI = `# the shops
[servers]
server01 ansible_host=10.1.0.1 nightshift_store=M1 nightshift_store_name="Магазин 1" # the first
server02 nightshift_store=M2 nightshift_time_zone=Asia/Vladivostok

[servers:vars]
nightshift_kind=storeServer
nightshift_package_folder=/usr/local/ukm
nightshift_package_url=http://127.0.0.1/ukminstall

[tills1]
till[01:03].m1 nightshift_cash_id=x
till01.m1 nightshift_cash_id=50001001 nightshift_number=1
till02.m1:2222 nightshift_cash_id=50001002 nightshift_number=2 nightshift_labels='pilot, fast'
till03.m1 nightshift_cash_id=050001003 nightshift_kind=selfCheckout nightshift_blocked=yes

[tills1:vars]
nightshift_store=M1
ansible_user=ukm
ansible_ssh_private_key_file=/home/me/.ssh/tills

[east:children]
tills1
[all:vars]
nightshift_time_zone=Europe/Moscow
nightshift_kind=till
`

const YAML = `all:
  vars: { nightshift_time_zone: Europe/Moscow, nightshift_kind: till }
  children:
    servers:
      vars: &server
        nightshift_kind: storeServer
        nightshift_package_folder: /usr/local/ukm
        nightshift_package_url: http://127.0.0.1/ukminstall
      hosts:
        server01: { ansible_host: 10.1.0.1, nightshift_store: M1, nightshift_store_name: Магазин 1 }
        server02:
          nightshift_store: M2
          nightshift_time_zone: Asia/Vladivostok
    east:
      children:
        tills1:
          vars:
            nightshift_store: M1
            ansible_user: ukm
            ansible_ssh_private_key_file: /home/me/.ssh/tills
          hosts:
            till01.m1: { nightshift_cash_id: 50001001, nightshift_number: 1 }
            till02.m1: { ansible_port: 2222, nightshift_cash_id: 50001002, nightshift_number: 2, nightshift_labels: [pilot, fast] }
            till03.m1: { nightshift_cash_id: 050001003, nightshift_kind: selfCheckout, nightshift_blocked: true }
`

const LIST = JSON.stringify({
  _meta: {
    hostvars: {
      server01: {
        ansible_host: '10.1.0.1',
        nightshift_store: 'M1',
        nightshift_store_name: 'Магазин 1',
        nightshift_time_zone: 'Europe/Moscow',
      },
      server02: { nightshift_store: 'M2', nightshift_time_zone: 'Asia/Vladivostok' },
      'till01.m1': { nightshift_cash_id: '50001001', nightshift_number: 1 },
      'till02.m1': {
        ansible_port: 2222,
        nightshift_cash_id: '50001002',
        nightshift_number: '2',
        nightshift_labels: ['pilot', 'fast'],
      },
      'till03.m1': {
        nightshift_cash_id: '050001003',
        nightshift_kind: 'selfCheckout',
        nightshift_blocked: true,
      },
    },
  },
  all: { children: ['ungrouped', 'servers', 'east'] },
  servers: {
    hosts: ['server01', 'server02'],
    vars: {
      nightshift_kind: 'storeServer',
      nightshift_package_folder: '/usr/local/ukm',
      nightshift_package_url: 'http://127.0.0.1/ukminstall',
    },
  },
  east: { children: ['tills1'] },
  tills1: {
    hosts: ['till01.m1', 'till02.m1', 'till03.m1'],
    vars: {
      nightshift_store: 'M1',
      nightshift_kind: 'till',
      ansible_user: 'ukm',
      ansible_ssh_private_key_file: '/home/me/.ssh/tills',
    },
  },
})

test.each([
  ['INI', INI, 'ini'],
  ['YAML', YAML, 'yaml'],
  ['ansible-inventory --list', LIST, 'json'],
] as const)('%s', (_name, text, format) => {
  const found = read(text, format)
  expect(found.ok ? [] : found.faults.list).toEqual([])
  if (!found.ok) return
  expect(found.stores).toMatchObject([
    {
      ...{ code: 'M1', name: 'Магазин 1', timeZone: 'Europe/Moscow', host: '10.1.0.1', port: 22 },
      ...{ packageFolder: '/usr/local/ukm', packageUrl: 'http://127.0.0.1/ukminstall', labels: ['servers'] },
      devices: [
        {
          cashId: '50001001',
          kind: 'till',
          number: 1,
          name: 'till01.m1',
          host: 'till01.m1',
          user: 'ukm',
          credential: 'tills',
          labels: ['east', 'tills1'],
        },
        { cashId: '50001002', number: 2, port: 2222, labels: ['pilot', 'fast'] },
        { cashId: '050001003', kind: 'selfCheckout', number: 0, blocked: true },
      ],
    },
    { code: 'M2', name: 'M2', timeZone: 'Asia/Vladivostok', host: 'server02', devices: [] },
  ])
  expect(found.notes.map((note) => note.code)).toContain('keyFileRenamed')
})

test('a till that does not say its store is in that of the one server in its group', () => {
  const text = `[shop01]
s01 nightshift_kind=storeServer nightshift_time_zone=UTC nightshift_package_folder=/p nightshift_package_url=http://h/p
t01 nightshift_cash_id=1
`
  expect(read(text, 'ini')).toMatchObject({ ok: true, stores: [{ code: 's01', devices: [{ cashId: '1' }] }] })
})

test('what cannot be mapped says which variable to set; all twenty errors at once, with their lines', () => {
  const text = `[servers]
s1 nightshift_kind=storeServer nightshift_time_zone=Mars/Olympus nightshift_package_folder=/p nightshift_package_url=http://h/p
s2 nightshift_kind=storeServer
s3 nightshift_kind=storeServer nightshift_store=s1 nightshift_time_zone=UTC nightshift_package_folder=srv nightshift_package_url=http://h/p
[tills]
web1
t1 nightshift_cash_id=1
t2 nightshift_cash_id=2 nightshift_store=M9
t3 nightshift_cash_id=3 nightshift_store=s1 nightshift_number=many
t4 nightshift_cash_id=4 nightshift_store=s1 nightshift_colour=red
t5 nightshift_cash_id=5 nightshift_store=s1 ansible_host="{{ lookup('x') }}"
t6 nightshift_cash_id=6 nightshift_store=s1 ansible_port=99999
t7 nightshift_cash_id=7 nightshift_store=s1 nightshift_kind=robot
t8 nightshift_cash_id=3 nightshift_store=s1
t[5:1] nightshift_cash_id=9
t10 "nightshift_cash_id=10
t11 nightshift_cash_id
t12 nightshift_cash_id=12 nightshift_store=s1 nightshift_blocked=perhaps
t13 nightshift_cash_id=13 nightshift_store=s1 ansible_user="root; reboot"
t14 nightshift_kind=till nightshift_store=s1
t15 nightshift_cash_id=15 nightshift_store=s1 nightshift_number=7
t16 nightshift_cash_id=16 nightshift_store=s1 nightshift_number=7
[a:children]
b
[b:children]
a
nobody
[c:frob]
`
  const faults = faultsOf(text, 'ini')
  for (const wanted of [
    '2 timeZoneUnknown nightshift_time_zone Mars/Olympus',
    '3 variableUnset nightshift_time_zone null',
    '3 variableUnset nightshift_package_folder null',
    '3 variableUnset nightshift_package_url null',
    '4 storeTwice nightshift_store s1',
    '4 fieldInvalid nightshift_package_folder srv',
    '6 variableUnset nightshift_kind web1',
    '7 variableUnset nightshift_store t1',
    '8 storeServerMissing nightshift_store M9',
    '9 numberInvalid nightshift_number many',
    '10 variableUnknown nightshift_colour red',
    `11 templateUnresolved ansible_host {{ lookup('x') }}`,
    '13 fieldInvalid nightshift_kind robot',
    '14 cashIdTwice nightshift_cash_id 3',
    '15 rangeInvalid null t[5:1]',
    '16 syntaxInvalid null t10 "nightshift_cash_id=10',
    '17 syntaxInvalid null nightshift_cash_id',
    '18 flagInvalid nightshift_blocked perhaps',
    '20 variableUnset nightshift_cash_id null',
    '22 numberTwice nightshift_number 7',
    '27 groupUnknown b nobody',
    '28 syntaxInvalid null [c:frob]',
  ])
    expect(faults).toContain(wanted)
  expect(faults.some((one) => one.includes('groupCycle'))).toBe(true)
  expect(faults.some((one) => one.startsWith('12 fieldInvalid'))).toBe(true)
  expect(faults.some((one) => one.startsWith('19 fieldInvalid'))).toBe(true)
})

test('hosts that are no shop are left out by a variable; passwords are not taken, and that is said', () => {
  const text = `[db]
db1
[db:vars]
nightshift_ignore=true
[shop]
s1 nightshift_kind=storeServer nightshift_time_zone=UTC nightshift_package_folder=/p nightshift_package_url=http://h/p
t1 nightshift_cash_id=1 ansible_ssh_pass=secret
`
  const found = read(text, 'ini')
  expect(found).toMatchObject({
    ok: true,
    notes: [{ code: 'passwordIgnored', line: 7, value: 'ansible_ssh_pass' }],
  })
  expect(JSON.stringify(found)).not.toContain('secret')
})

test('YAML that swells by its aliases, or is none, is refused with a line', () => {
  const bomb = `a: &a [x, x, x, x, x, x, x, x, x, x]\n${'bcdefgh'
    .split('')
    .map((name, i) => `${name}: &${name} [${Array(10).fill(`*${'abcdefgh'[i]}`).join(', ')}]`)
    .join('\n')}\n`
  expect(faultsOf(bomb, 'yaml')[0]).toContain('syntaxInvalid')
  expect(faultsOf('all:\n  hosts:\n  - [', 'yaml')[0]).toMatch(/^[34] syntaxInvalid/)
  expect(faultsOf('all:\n  hosts:\n    a:\n    a:\n', 'yaml')[0]).toMatch(/^[34] keyTwice/)
})
