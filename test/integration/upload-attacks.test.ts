import { readdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { databaseKinds } from '../support/database.ts';
import { uploadVisits } from '../support/upload-visits.ts';
import { workbookEntries, workbookOf, zipOf } from '../support/workbooks.ts';

const LONG = 120_000;
const CSV = 'name,age\nAda,36\n';
const TRAVERSALS = [
  '../../etc/passwd.csv',
  '..\\..\\windows\\win.csv',
  '/etc/passwd.csv',
  'C:\\boot.csv',
  '%2e%2e%2fpasswd.csv',
  '..%c0%af..%c0%afx.csv',
  '....//....//x.csv',
  '\u2025/\uff0fx.csv',
  'a\u0000/../b.csv',
  '\u202evsc.csv',
  '~/.ssh/keys.csv',
  'file:///etc/x.csv',
  'CON.csv',
  `${'x'.repeat(900)}.csv`,
  '"><script>alert(1)</script>.csv',
  "a'; drop table uploads; --.csv",
  'a\r\nset-cookie: x=1.csv',
];
const RUNNING = [
  'x.exe',
  'x.csv.exe',
  'x.php.csv',
  'x.html.csv',
  'x.svg',
  'x.svg.csv',
  'x.xlsm',
  'x.docx',
  'x.zip',
  'x.csv\u0000.exe',
  'x.exe\u0000.csv',
  'x',
  '.csv',
  '.htaccess',
  'x.csv/',
  'x.js.json',
  'x.sh.ndjson',
  'x.csv%00.exe',
  'x.csv:stream',
];
const few = '<row><c><v>1</v></c></row><row><c><v>2</v></c></row>';
const CONTENT: readonly (readonly [string, Buffer | string])[] = [
  ['program.csv', Buffer.from('4d5a90000300', 'hex')],
  ['picture.csv', Buffer.from('89504e470d0a1a0a', 'hex')],
  ['script.csv', '<script>alert(1)</script>'],
  ['image.json', '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'],
  ['polyglot.xlsx', Buffer.concat([Buffer.from('GIF89a'), workbookOf([['a'], ['1']])])],
  ['behind.xlsx', Buffer.concat([workbookOf([['a'], ['1']]), Buffer.from('<?php system($_GET[0]); ?>')])],
  ['sheet.csv', workbookOf([['a'], ['1']])],
  ['text.xlsx', CSV],
  ['nul.csv', 'a,b\n1,\0\n'],
  [
    'bomb.xlsx',
    zipOf([
      ...workbookEntries(few).slice(0, -1),
      { name: 'xl/worksheets/sheet1.xml', content: Buffer.alloc(40_000_000, ' ') },
    ]),
  ],
  ['slip.xlsx', zipOf([...workbookEntries(few), { name: '../../../tmp/evil', content: 'x' }])],
  [
    'link.xlsx',
    zipOf([{ name: 'xl/workbook.xml', content: '/etc/passwd', says: { attributes: 0xa1ff0000 } }]),
  ],
  [
    'laughs.xlsx',
    zipOf([
      { name: 'xl/workbook.xml', content: '<!DOCTYPE x [<!ENTITY a "&b;&b;"><!ENTITY b "ha">]><x>&a;</x>' },
    ]),
  ],
  [
    'outside.xlsx',
    zipOf([
      {
        name: 'xl/workbook.xml',
        content: '<!DOCTYPE x [<!ENTITY a SYSTEM "http://169.254.169.254/">]><x>&a;</x>',
      },
    ]),
  ],
  ['deep.json', `[{"a":${'['.repeat(50_000)}`],
  ['macro.xlsx', zipOf([...workbookEntries(few), { name: 'xl/vbaProject.bin', content: 'x' }])],
];

/** What is attacked is the same on both. */
const [kind = 'pglite'] = databaseKinds;

describe('attacks with files', { timeout: LONG }, () => {
  it('by names: no path is made of one, and none that runs is taken', async () => {
    const { ticket, ask, folder, db, put } = await uploadVisits(kind);
    for (const name of TRAVERSALS) {
      const given = await ticket(name, CSV.length);
      expect((await put(given, CSV)).status).toBe(200);
    }
    for (const name of RUNNING) {
      const { status, json } = await ask('POST', '/api/uploads', { name, size: 4 });
      expect([name, status, json.codes?.name]).toEqual([name, 422, 'UPLOAD_TYPE']);
    }
    const rows = await db.query<{ id: string; name: string }>('select id, name from {schema}.uploads');
    expect(rows).toHaveLength(TRAVERSALS.length);
    expect((await readdir(folder)).sort()).toEqual(rows.map(({ id }) => id).sort());
    for (const { name } of rows) {
      expect(name).toMatch(/^[^/\\<>:"|?*%\p{C}]{1,150}$/u);
      expect(name).toMatch(/\.csv$/);
    }
    console.log(
      `${TRAVERSALS.length} names that lead elsewhere, 0 paths; ${RUNNING.length} names that run, 0 taken`,
    );
  });

  it('by content: each is refused with its reason, and handed to nobody', async () => {
    const { send, looked, ask, keyOf, folder } = await uploadVisits(kind);
    const authorization = `Bearer ${await keyOf()}`;
    let handedOut = 0;
    for (const [name, content] of CONTENT) {
      const given = await send(name, content);
      expect([name, (await looked(given)).state]).toEqual([name, 'refused']);
      const file = await ask('GET', `/uploads/${given.uploadId}/file`, undefined, { authorization });
      if (file.status !== 404) handedOut += 1;
    }
    expect(handedOut).toBe(0);
    console.log(
      `${CONTENT.length} hostile files, ${handedOut} handed out, ${(await readdir(folder)).length} on the disk`,
    );
  });

  it('by ids and tokens: what is not a ticket’s own is not there', async () => {
    const { ask, send, put, url } = await uploadVisits(kind);
    const { uploadId, token } = await send('a.csv', CSV);
    const paths = [
      '..%2f..%2fetc%2fpasswd',
      '%2e%2e',
      uploadId.toUpperCase().replace(/.$/, 'g'),
      `${uploadId}%00`,
      '1',
    ];
    for (const path of paths) {
      expect((await ask('GET', `/api/uploads/${path}?token=${token}`)).status).toBeGreaterThanOrEqual(404);
      expect(
        (await put({ url: `${url}/api/uploads/${path}/bytes?token=${token}` }, CSV)).status,
      ).toBeGreaterThanOrEqual(404);
    }
    for (const wrong of [token.slice(0, -1), `${token}x`, token.toLowerCase(), "' or 1=1 --aaaaaaaaa"])
      expect((await ask('GET', `/api/uploads/${uploadId}?token=${encodeURIComponent(wrong)}`)).status).toBe(
        404,
      );
    expect((await ask('GET', `/api/uploads/${uploadId}/file?link=${token}`)).status).toBe(404);
  });

  it('by addresses: nothing that a visitor sends is fetched', async () => {
    const { ask, ticket, put, looked, db } = await uploadVisits(kind);
    const forms = [
      'http://169.254.169.254/latest/x.csv',
      'http://2852039166/x.csv',
      'http://[::ffff:7f00:1]/x.csv',
      'gopher://127.0.0.1:6379/x.csv',
    ];
    for (const address of forms) {
      const over = { url: address, source: address, type: address };
      const given = await ticket(address, CSV.length, over);
      // The name is what stands behind the last slash; of the rest nothing is kept.
      expect(
        await db.query('select name from {schema}.uploads where id = $1::text::uuid', [given.uploadId]),
      ).toEqual([{ name: 'x.csv' }]);
      await put(given, CSV);
      expect((await looked(given)).state).toBe('ready');
    }
    expect((await ask('GET', '/openapi.json')).text).not.toMatch(/sourceUrl|fileUrl/);
  });

  it('by sizes: no more bytes are kept than were announced, whatever a connection sends', async () => {
    const { ticket, put, state, url, ask, folder } = await uploadVisits(kind, { maxBytes: 1_000 });
    expect((await ask('POST', '/api/uploads', { name: 'a.csv', size: 1_001 })).json.codes).toEqual({
      size: 'UPLOAD_TOO_LARGE',
    });
    for (const size of [0, -1, 1.5, 1e300, '5'])
      expect((await ask('POST', '/api/uploads', { name: 'a.csv', size })).status).toBe(422);
    const given = await ticket('a.csv', 100);
    expect((await put(given, 'x'.repeat(5_000_000))).status).toBe(409);
    expect((await state(given)).received).toBe(0);
    const { host, port, hostname, pathname, search } = new URL(given.url, url);
    const socket = connect(Number(port), hostname);
    socket.write(
      `PUT ${pathname}${search} HTTP/1.1\r\nhost: ${host}\r\ntransfer-encoding: chunked\r\n\r\n28\r\n${'y'.repeat(40)}\r\n`,
    );
    await expect.poll(async () => (await state(given)).received, { timeout: 5_000 }).toBe(40);
    // While it sends, no other request does; when it hangs up, what came is kept and the rest follows.
    expect((await put(given, 'z'.repeat(60), { 'content-range': 'bytes 40-99/100' })).status).toBe(409);
    socket.destroy();
    await expect
      .poll(async () => (await put(given, 'z'.repeat(60), { 'content-range': 'bytes 40-99/100' })).status, {
        timeout: 10_000,
      })
      .toBe(200);
    expect(await readdir(folder)).toHaveLength(1);
  });

  it('by two requests at once: what is stored is written by none that is still under way', async () => {
    const { ticket, put, state, ask, url, looked } = await uploadVisits(kind);
    const given = await ticket('a.csv', CSV.length);
    const complete = () => ask('POST', `/api/uploads/${given.uploadId}/complete?token=${given.token}`);
    const { host, port, hostname, pathname, search } = new URL(given.url, url);
    const socket = connect(Number(port), hostname);
    socket.write(
      `PUT ${pathname}${search} HTTP/1.1\r\nhost: ${host}\r\ntransfer-encoding: chunked\r\n\r\n${CSV.length.toString(16)}\r\n${CSV}\r\n`,
    );
    await expect.poll(async () => (await state(given)).received, { timeout: 5_000 }).toBe(CSV.length);
    // All bytes are there, and the request that brought them has not ended.
    expect((await complete()).json.code).toBe('UPLOAD_BUSY');
    expect((await put(given, CSV)).status).toBe(409);
    expect((await state(given)).state).toBe('waiting');
    socket.destroy();
    await expect.poll(async () => (await complete()).status, { timeout: 10_000 }).toBe(200);
    expect((await looked(given)).state).toBe('ready');
  });

  it('by names of what every object has: they are no forms', async () => {
    const { ask } = await uploadVisits(kind);
    for (const name of ['constructor', '__proto__', 'toString', 'hasOwnProperty'])
      for (const over of [{ form: name }, { form: name, field: name }, { form: 'upload', field: name }])
        expect((await ask('POST', '/api/uploads', { name: 'a.csv', size: 4, ...over })).status).toBe(201);
  });

  it('by names of columns that no database takes: they are cleaned, and the file is looked through once', async () => {
    const { send, looked, db } = await uploadVisits(kind);
    const given = await send(
      'a.json',
      JSON.stringify([{ 'a\0': 1, '\ud83d': 2, [`${'x'.repeat(199)}😀`]: 3 }]),
    );
    expect((await looked(given)).state).toBe('ready');
    expect(await db.query('select epoch from {schema}.uploads')).toEqual([{ epoch: 1 }]);
  });
});
