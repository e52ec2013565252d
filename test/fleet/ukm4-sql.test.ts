/** The tables of a UKM 4 head office, on a real server, read by an account that may do nothing but read. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readMapping } from '../../src/fleet/ukm4/columns.ts'
import { readUkm4Sql } from '../../src/fleet/ukm4/sql.ts'
import { startMariaDb, type TestMariaDb } from '../support/mariadb.ts'
import { describeWith } from '../support/needs.ts'

describeWith(['mariadbd', 'mariadb-install-db'], 'UKM 4 by SQL', () => {
  let server: TestMariaDb

  beforeAll(async () => {
    server = await startMariaDb()
    await server.run(`
      CREATE DATABASE ukm DEFAULT CHARACTER SET latin1; USE ukm;
      CREATE TABLE trm_in_store (store_id INT PRIMARY KEY, name VARCHAR(80), code VARCHAR(20));
      CREATE TABLE trm_in_pos (cash_id INT PRIMARY KEY, store_id INT, number INT, name VARCHAR(80), ip VARCHAR(40),
        state VARCHAR(20), version VARCHAR(20), shift INT, sum DECIMAL(12,2), cashier VARCHAR(40), auto_update TINYINT, last_update DATETIME);
      CREATE TABLE local_servers (store_id INT, address VARCHAR(40));
      INSERT INTO trm_in_store VALUES (1, x'cce0e3e0e7e8ed', 'M1'), (2, 'Two', NULL);
      INSERT INTO local_servers VALUES (1, '10.1.0.1');
      INSERT INTO trm_in_pos VALUES
        (50001002, 1, 0, CONCAT(x'caf1ee20', 'id = 50001002'), NULL, 'Off-line', NULL, NULL, 0.00, NULL, 0, NULL),
        (50001001, 1, 1, x'cae0f1f1e0', '127.0.0.1', 'On-line', '97', 5, 1252.05, x'cff2f0eee2', 1, '2020-12-21 04:31:38'),
        (60000001, 9, 1, 'lost', '10.0.0.9', '', '', 0, 0, '', 0, NULL);
      CREATE USER reader IDENTIFIED BY 'secret'; GRANT SELECT ON ukm.* TO reader;
    `)
  })
  afterAll(() => server?.stop())

  const read = (mapping: unknown = {}, more: object = {}) =>
    readUkm4Sql({
      ...{ socketPath: server.socketPath, user: 'reader', password: 'secret', database: 'ukm' },
      mapping: readMapping(mapping),
      ...more,
    })

  test('stores, tills and what is said of them; cp1251 in latin1 columns; nothing but SELECT, SET and SHOW is sent', async () => {
    await server.forgetLog()
    const fleet = await read()
    expect(fleet.stores).toEqual([
      { code: 'M1', name: 'Магазин', host: '10.1.0.1' },
      { code: '2', name: 'Two', host: null },
    ])
    expect(fleet.tills).toMatchObject([
      {
        ...{ cashId: '50001001', store: 'M1', number: 1, name: 'Касса', host: '127.0.0.1', isOnServer: true },
        status: {
          ...{ online: true, version: '97', shift: { open: true, number: 5 }, sum: '1252.05' },
          ...{ cashier: 'Птров', autoUpdate: true },
        },
        // A time without a zone is no time.
        readAt: null,
      },
      {
        ...{ cashId: '50001002', number: 0, host: null, isOnServer: false },
        status: { online: false, version: null, shift: { open: false, number: null }, cashier: null },
      },
    ])
    expect(fleet.notes).toEqual([
      { code: 'columnAbsent', value: 'trm_in_pos.download' },
      { code: 'tillOfUnknownStore', value: '60000001' },
    ])
    const sent = (await server.log()).flatMap(
      (line) => /\b(?:Query|Execute|Prepare)\s+(\S+)/.exec(line)?.[1] ?? [],
    )
    expect(new Set(sent)).toEqual(new Set(['SET', 'SHOW', 'SELECT']))
    expect((await server.log()).join('\n')).toContain('SET SESSION TRANSACTION READ ONLY')
  })

  test('a column that is not there is named, with the setting that maps it; another name is taken', async () => {
    await expect(read({ tills: { cashId: 'id' } })).rejects.toMatchObject({
      code: 'columnMissing',
      message: expect.stringMatching(
        /trm_in_pos has no column id: set tills\.cashId .* one of cash_id, store_id/,
      ),
    })
    await expect(read({ servers: { table: 'srv_local' } })).rejects.toMatchObject({ code: 'tableMissing' })
    expect((await read({ tills: { name: 'ip', version: null } })).tills[0]).toMatchObject({
      name: '127.0.0.1',
      status: { version: null },
    })
    expect(() => readMapping({ tills: { cashId: 'a`; DROP TABLE x' } })).toThrow('tills.cashId')
    expect(() => readMapping({ stores: { colour: 'x' } })).toThrow('mapping of columns')
  })

  test('a wrong password, a server that is not there, a statement that takes too long', async () => {
    await expect(read({}, { password: 'x' })).rejects.toMatchObject({ code: 'unreachable' })
    await expect(read({}, { socketPath: '/nowhere' })).rejects.toMatchObject({ code: 'unreachable' })
    await server.run(`USE ukm; RENAME TABLE local_servers TO servers_kept;
      CREATE VIEW local_servers AS SELECT store_id, address FROM servers_kept WHERE SLEEP(20) = 0;`)
    await expect(read({}, { timeoutMs: 1000 })).rejects.toMatchObject({ code: 'timedOut' })
    await server.run('USE ukm; DROP VIEW local_servers; RENAME TABLE servers_kept TO local_servers;')
  })
})
