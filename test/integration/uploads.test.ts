import { readdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { silentLogger } from '../../src/log.ts';
import { createDiskStore } from '../../src/uploads/disk-store.ts';
import { purgeUploads, removeFiles } from '../../src/uploads/upload-upkeep.ts';
import { databaseKinds } from '../support/database.ts';
import { metric, readMetrics } from '../support/read-metrics.ts';
import { uploadVisits } from '../support/upload-visits.ts';
import { waitFor } from '../support/wait-for.ts';

const LONG = 60_000;
const CSV = 'name,age\nAda,36\nGrace,85\nAda,36\n';
const ADA = {
  firstName: 'Ada',
  lastName: 'Lovelace',
  email: 'ada@example.com',
  company: 'Engines',
  projectDetails: 'A machine.',
};
const SCORE = '0.9333';
/** The same text but for its last character. */
const another = (text: string) => text.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'));

describe.each(databaseKinds)('files of visitors on %s', { timeout: LONG }, (kind) => {
  it('reach contact and deal: properties with the number of files, and a note with a link to the file', async () => {
    const { send, looked, submit, idle, contact, simulator, ask, folder } = await uploadVisits(kind);
    const upload = await send('people.csv', CSV);
    expect(await looked(upload)).toMatchObject({
      state: 'ready',
      received: CSV.length,
      profile: { rows: 3 },
    });
    expect(
      (await submit('demo_request', { ...ADA, uploadId: `${upload.uploadId}:${upload.token}` })).status,
    ).toBe(201);
    await idle();
    expect(contact(ADA.email)).toMatchObject({
      file_upload_count: '1',
      last_file_type: 'csv',
      last_file_quality_score: SCORE,
      sample_data_reference: upload.uploadId,
      last_file_upload_date: expect.stringMatching(/^20/),
    });
    const bodies = simulator.records('notes').map(({ properties }) => String(properties.hs_note_body));
    const notes = bodies.filter((body) => body.includes('Sample Data Upload'));
    // One on the contact, one on the deal.
    expect(notes).toHaveLength(2);
    for (const part of [
      'people.csv',
      'CSV',
      `${CSV.length} bytes`,
      'Quality 0.93',
      'name (text), age (integer)',
    ])
      expect(notes[0]).toContain(part);
    const link = /http[^<\s]+link=[\w-]{43}/.exec(notes[0] ?? '')?.[0].replaceAll('&amp;', '&') ?? '';
    const file = await ask('GET', link);
    expect(file).toMatchObject({ status: 200, text: CSV });
    expect(file.headers.get('content-disposition')).toMatch(/^attachment; filename="people.csv"/);
    expect(file.headers.get('x-content-type-options')).toBe('nosniff');
    expect((await ask('GET', another(link))).status).toBe(404);
    expect(await readdir(folder)).toEqual([upload.uploadId]);
    const second = await send('more.json', '[{"a":1}]');
    await submit('upload', {
      email: ADA.email,
      uploadId: { uploadId: second.uploadId, token: second.token },
    });
    await looked(second);
    await idle();
    expect(contact(ADA.email)).toMatchObject({ file_upload_count: '2', last_file_type: 'json' });
  });

  it('are one submission’s alone, and only with their token', async () => {
    const { send, submit, ticket } = await uploadVisits(kind);
    const { uploadId, token } = await send('people.csv', CSV);
    const waiting = await ticket('people.csv', 10);
    const codes = async (email: string, of: object) => {
      const { status, json } = await submit('upload', { email, uploadId: of });
      return [status, json.codes?.uploadId];
    };
    expect(await codes('a@example.com', { uploadId, token: another(token) })).toEqual([
      422,
      'UPLOAD_UNKNOWN',
    ]);
    expect(await codes('b@example.com', waiting)).toEqual([422, 'UPLOAD_UNKNOWN']);
    expect(await codes('c@example.com', { uploadId, token })).toEqual([201, undefined]);
    expect(await codes('d@example.com', { uploadId, token })).toEqual([422, 'UPLOAD_UNKNOWN']);
  });

  it('of a submission in quarantine reach the portal once a person has released it', async () => {
    const { send, submit, looked, ask, keyOf, idle, contact } = await uploadVisits(kind);
    const { uploadId, token } = await send('people.csv', CSV);
    const { json } = await submit('upload', {
      email: ADA.email,
      uploadId: { uploadId, token },
      _website: 'https://spam.example',
    });
    await looked({ uploadId, token, url: '', headers: {} });
    await idle();
    expect(contact(ADA.email)).toBeUndefined();
    const authorization = `Bearer ${await keyOf()}`;
    await ask('POST', `/submissions/${json.submissionId}/release`, undefined, { authorization });
    await waitFor(async () => contact(ADA.email)?.file_upload_count === '1', {
      timeout: 15_000,
      interval: 20,
      what: 'the upload',
    });
    expect((await ask('GET', `/uploads/${uploadId}/file`, undefined, { authorization })).text).toBe(CSV);
    expect((await ask('GET', `/uploads/${uploadId}/file`)).status).toBe(401);
  });

  it('come in parts, go on where they broke off, and are exactly as long as announced', async () => {
    const { ticket, put, state, looked } = await uploadVisits(kind);
    const bytes = Buffer.from(`a,b\n${'1,2\n'.repeat(500_000)}`);
    const given = await ticket('big.csv', bytes.length);
    const part = (start: number, end: number, over = {}) =>
      put(given, bytes.subarray(start, end), {
        'content-range': `bytes ${start}-${end - 1}/${bytes.length}`,
        ...over,
      });
    expect(given.partBytes).toBe(1_048_576);
    const first = await part(0, 1_048_576);
    expect([first.status, first.headers.get('range')]).toEqual([308, 'bytes=0-1048575']);
    expect((await part(1_500_000, 1_600_000)).status).toBe(409);
    expect((await part(0, 5_000, { 'content-range': `bytes 0-4999/${bytes.length + 1}` })).status).toBe(409);
    // More bytes than the range says.
    expect(
      (await part(1_048_576, 1_100_000, { 'content-range': `bytes 1048576-1048579/${bytes.length}` })).status,
    ).toBe(409);
    expect(await state(given)).toMatchObject({ state: 'waiting', received: 1_048_576 });
    const last = await part(1_048_576, bytes.length);
    expect(last.status).toBe(200);
    expect((await part(0, 10)).status).toBe(200);
    expect(await looked(given)).toMatchObject({ state: 'ready', profile: { rows: 500_000 } });
  });

  it('that are refused say why, and are kept for nobody', async () => {
    const { db, send, looked, ask, folder, keyOf } = await uploadVisits(kind, {
      scan: ({ name }) => !name.includes('virus'),
    });
    const sent = await Promise.all([send('page.csv', '<svg onload=alert(1)>'), send('virus.csv', CSV)]);
    const found = await Promise.all(sent.map(looked));
    expect(found).toMatchObject([
      { state: 'refused', reason: 'The content is not what the name of the file says.' },
      { state: 'refused', reason: 'The file did not pass the check for malware.' },
    ]);
    const authorization = `Bearer ${await keyOf()}`;
    for (const { uploadId } of sent)
      expect((await ask('GET', `/uploads/${uploadId}/file`, undefined, { authorization })).status).toBe(404);
    await removeFiles({ db, store: createDiskStore(folder), log: silentLogger });
    await waitFor(async () => (await readdir(folder)).length === 0, {
      timeout: 15_000,
      interval: 20,
      what: 'an empty folder',
    });
  });

  it('are taken over from a process that died while it looked through them, and count once', async () => {
    const { db, send, looked, submit, app, config, idle, contact } = await uploadVisits(kind);
    await db.query("update {schema}.uploads set state = 'waiting'");
    const upload = await send('people.csv', CSV);
    await looked(upload);
    // As a killed process leaves it: taken, its lease still running for a moment, and nobody there.
    await db.query(
      `update {schema}.uploads set state = 'analysing', profile = null, epoch = 1, lease_until = clock_timestamp() + interval '1 second'`,
    );
    expect(await looked(upload)).toMatchObject({ state: 'ready', profile: { rows: 3 } });
    expect(await db.query('select epoch from {schema}.uploads')).toEqual([{ epoch: 2 }]);
    await submit('upload', {
      email: ADA.email,
      uploadId: { uploadId: upload.uploadId, token: upload.token },
    });
    await idle();
    expect(contact(ADA.email)).toMatchObject({ file_upload_count: '1' });
    expect([app.mode, config.website?.uploads?.store.kind]).toEqual(['live', 'disk']);
  });

  it('are removed by age with their rows, and so are tickets that were never used', async () => {
    const { db, send, looked, ticket, folder, ask } = await uploadVisits(kind);
    const upload = await send('people.csv', CSV);
    await looked(upload);
    const unused = await ticket('never.csv', 10);
    const purge = () => purgeUploads(db, 1);
    expect(await purge()).toBe(0);
    await db.query(
      `update {schema}.uploads set created_at = created_at - interval '2 days' where state = 'ready'`,
    );
    await db.query(`update {schema}.uploads set expires_at = created_at where state = 'waiting'`);
    expect((await ask('GET', `/api/uploads/${unused.uploadId}?token=${unused.token}`)).status).toBe(404);
    expect(await purge()).toBe(2);
    await removeFiles({ db, store: createDiskStore(folder), log: silentLogger });
    expect(await readdir(folder)).toEqual([]);
    expect(await db.query('select id from {schema}.uploads')).toEqual([]);
  });

  it('are listed and shown to a key, and deleted with their bytes', async () => {
    const { db, send, looked, ask, keyOf, folder } = await uploadVisits(kind);
    const headers = { authorization: `Bearer ${await keyOf()}` };
    const keyed = (method: string, path: string) => ask(method, path, undefined, headers);
    const sent = [
      await send('first.csv', CSV),
      await send('second.csv', CSV),
      await send('page.csv', '<svg>'),
    ];
    await Promise.all(sent.map(looked));
    const [first, second, refused] = sent.map(({ uploadId }) => uploadId);
    const page = (await keyed('GET', '/uploads?limit=2')).json;
    expect(page.uploads).toMatchObject([
      { id: refused, state: 'refused', score: null, reason: expect.any(String) },
      { id: second, state: 'ready', name: 'second.csv', size: CSV.length, score: Number(SCORE) },
    ]);
    await keyed('DELETE', `/uploads/${second}`);
    const rest = (await keyed('GET', `/uploads?after=${page.nextCursor}`)).json;
    expect(rest).toMatchObject({ uploads: [{ id: first }], nextCursor: null });
    expect((await keyed('GET', '/uploads?state=refused')).json.uploads).toMatchObject([{ id: refused }]);
    expect((await keyed('GET', `/uploads/${first}`)).json).toMatchObject({ id: first, profile: { rows: 3 } });
    for (const path of [`/uploads/${second}`, `/uploads/${second}/file`])
      expect((await keyed('GET', path)).status).toBe(404);
    expect((await keyed('DELETE', `/uploads/${second}`)).json.code).toBe('UPLOAD_NOT_FOUND');
    for (const [method, path] of [
      ['GET', '/uploads'],
      ['GET', `/uploads/${first}`],
      ['DELETE', `/uploads/${first}`],
    ] as const)
      expect((await ask(method, path)).status).toBe(401);
    await removeFiles({ db, store: createDiskStore(folder), log: silentLogger });
    await waitFor(async () => (await readdir(folder)).join() === first, {
      timeout: 15_000,
      interval: 50,
      what: 'the upkeep to remove the bytes',
    });
  });

  it('go with their submission, and leave its row without a token', async () => {
    const { db, send, submit, ask, keyOf, folder } = await uploadVisits(kind);
    const headers = { authorization: `Bearer ${await keyOf()}` };
    const { uploadId, token } = await send('people.csv', CSV);
    const { json } = await submit('upload', { email: ADA.email, uploadId: { uploadId, token } });
    const shown = (await ask('GET', `/submissions/${json.submissionId}`, undefined, headers)).json;
    expect(shown).toMatchObject({ raw: { uploadId }, uploads: [{ id: uploadId, name: 'people.csv' }] });
    expect(JSON.stringify(shown)).not.toContain(token);
    expect(
      (await ask('GET', `/uploads?submission=${json.submissionId}`, undefined, headers)).json.uploads,
    ).toMatchObject([{ id: uploadId }]);
    expect(
      (await submit('upload', { _id: json.submissionId, email: ADA.email, uploadId: { uploadId, token } }))
        .status,
    ).toBe(200);
    await ask('DELETE', `/submissions/${json.submissionId}`, undefined, headers);
    expect(await db.query('select from {schema}.uploads')).toEqual([]);
    await removeFiles({ db, store: createDiskStore(folder), log: silentLogger });
    await waitFor(async () => (await readdir(folder)).length === 0, {
      timeout: 15_000,
      interval: 50,
      what: 'the upkeep to remove the bytes',
    });
  });

  it('are counted', async () => {
    const { send, looked, ask, app } = await uploadVisits(kind);
    await Promise.all(
      [send('a.csv', CSV), send('page.csv', '<svg>')].map(async (sent) => looked(await sent)),
    );
    await ask('POST', '/api/uploads', { name: 'x.exe', size: 1 });
    const samples = readMetrics(await app.metrics.render());
    const read = (name: string, labels = {}) => metric(samples, name, labels);
    expect(read('spoke_upload_tickets_total', { outcome: 'given' })).toBe(2);
    expect(read('spoke_upload_tickets_total', { outcome: 'invalid' })).toBe(1);
    expect(read('spoke_upload_bytes_total')).toBe(CSV.length + 5);
    expect(read('spoke_uploads_total', { outcome: 'ready' })).toBe(1);
    expect(read('spoke_uploads_total', { outcome: 'TYPE' })).toBe(1);
    expect(read('spoke_upload_look_duration_seconds_count')).toBe(2);
  });

  it('of one address are limited', async () => {
    const { ask } = await uploadVisits(kind, { perAddress: { count: 2, seconds: 60 } });
    const statuses: number[] = [];
    for (let n = 0; n < 3; n += 1)
      statuses.push((await ask('POST', '/api/uploads', { name: 'a.csv', size: 1 })).status);
    expect(statuses).toEqual([201, 201, 429]);
  });
});
