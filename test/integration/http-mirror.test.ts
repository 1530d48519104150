import { describe, expect, it } from 'vitest';
import { createApiKey, SCOPE_NAMES } from '../../src/http/api-keys.ts';
import { databaseKinds, testDatabaseOf } from '../support/database.ts';
import { people } from '../support/pull.ts';
import { setup, testConfig } from '../support/setup.ts';
import { waitFor } from '../support/wait-for.ts';

const PATH = '/api/integrations/hubspot';
const PEOPLE = 7;

describe.each(databaseKinds)('the mirror over HTTP on %s', (kind) => {
  /** An application whose mirror has read a portal with contacts p0 to p6. */
  async function place() {
    const database = await testDatabaseOf(kind);
    const bundle = await setup({ database, simulator: { behaviour: { searchLag: 0 } } });
    const { simulator, db } = bundle;
    simulator.insert('contacts', people(PEOPLE));
    const app = await bundle.start({
      config: {
        ...testConfig,
        mirror: {
          objects: { contacts: { properties: ['email', 'firstname', 'city'] } },
          segments: { first: { rule: { property: 'firstname', is: 'p1' } } },
        },
      },
      env: { SPOKE_HTTP_PORT: '0', SPOKE_PULL_INTERVAL: '600' },
    });
    const { key } = await createApiKey(db, { name: 'tests', scopes: SCOPE_NAMES });
    const ask = async (method: string, path: string, body?: unknown) => {
      const response = await fetch(`${app.httpUrl}${PATH}${path}`, {
        method,
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      const isJson = /json$|json;/.test(response.headers.get('content-type') ?? '');
      const lines = response.headers.get('content-type')?.includes('ndjson');
      return {
        status: response.status,
        text,
        // biome-ignore lint/suspicious/noExplicitAny: the tests look at any part of an answer
        json: (isJson && !lines ? JSON.parse(text) : undefined) as any,
      };
    };
    await waitFor(async () => (await ask('GET', '/sync/stats')).json.objects[0]?.complete_at, {
      timeout: 60_000,
    });
    return { ...bundle, ask };
  }

  it('is read, asked, exported, changed and cleared', { timeout: 120_000 }, async () => {
    const { ask, contact, simulator } = await place();

    const sync = await ask('POST', '/sync', { sync_type: 'incremental', batch_size: 10, wait_seconds: 25 });
    expect(sync).toMatchObject({
      status: 200,
      json: { sync_type: 'incremental', state: 'done', errors: [], missing: [], by_segment: { first: 1 } },
    });
    expect((await ask('GET', `/sync/runs/${sync.json.run_id}`)).json).toEqual(sync.json);
    expect((await ask('GET', '/sync/stats')).json).toMatchObject({
      objects: [{ object_type: 'contacts', live: PEOPLE, archived: 0 }],
      by_segment: { first: 1 },
    });

    const page = await ask('GET', '/contacts?limit=2&offset=1&sort=-email');
    expect(page.json).toMatchObject({ total: PEOPLE, limit: 2, offset: 1, segment: null, complete: true });
    expect(page.json.contacts.map(({ email }: { email: string }) => email)).toEqual([
      'p5@example.com',
      'p4@example.com',
    ]);
    const next = await ask('GET', `/contacts?limit=2&sort=-email&cursor=${page.json.next_cursor}`);
    expect(next.json.contacts[0]).toMatchObject({
      email: 'p3@example.com',
      list_memberships: [],
      company: null,
    });
    const filter = encodeURIComponent('{"property":"firstname","in":["P1","P2"]}');
    expect((await ask('GET', `/contacts?filter=${filter}`)).json.total).toBe(2);
    expect((await ask('GET', '/contacts?segment=first')).json).toMatchObject({
      segment: 'first',
      contacts: [{ email: 'p1@example.com', segments: ['first'], properties: { firstname: 'P1' } }],
    });

    const csv = await ask('GET', '/contacts.csv?properties=email&limit=3');
    expect(
      csv.text
        .trimEnd()
        .split('\r\n')
        .map((line) => line.split(',')[1]),
    ).toEqual(['email', 'p0@example.com', 'p1@example.com', 'p2@example.com']);
    const lines = (await ask('GET', '/contacts.ndjson')).text.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line).properties.email)).toHaveLength(PEOPLE);

    const change = { query: { segment: 'first' }, action: { kind: 'update', set: { city: 'Berlin' } } };
    expect((await ask('POST', '/bulk-changes', { ...change, dryRun: true })).json).toMatchObject({
      count: 1,
      sample: [{ properties: { email: 'p1@example.com' } }],
      estimate: { calls: 1 },
    });
    const { json: begun } = await ask('POST', '/bulk-changes', change);
    await waitFor(
      async () => (await ask('GET', `/bulk-changes/${begun.bulkChangeId}`)).json.events.delivered === 1,
      { timeout: 30_000 },
    );
    expect(contact('p1@example.com')).toMatchObject({ city: 'Berlin' });
    expect(simulator.records('contacts').filter(({ properties }) => properties.city)).toHaveLength(1);

    expect((await ask('DELETE', '/contacts?confirm=yes')).json).toMatchObject({
      code: 'HTTP_INVALID',
      fields: { confirm: 'has to be contacts, the object type that is to be cleared' },
    });
    // 409 while the process reads the contacts, as it does for its first proof.
    let cleared = await ask('DELETE', '/contacts?confirm=contacts');
    await waitFor(
      async () => {
        if (cleared.status === 409) cleared = await ask('DELETE', '/contacts?confirm=contacts');
        return cleared.status !== 409;
      },
      { timeout: 30_000 },
    );
    expect(cleared).toMatchObject({ status: 200, json: { deleted: PEOPLE } });
    // The process reads it anew by itself.
    await waitFor(async () => (await ask('GET', '/contacts')).json.total === PEOPLE, { timeout: 60_000 });
  });

  it('answers at once with the run that goes on', { timeout: 120_000 }, async () => {
    const { ask } = await place();
    const sync = await ask('POST', '/sync', { sync_type: 'sweep', wait_seconds: 0 });
    expect([200, 202]).toContain(sync.status);
    await waitFor(async () => (await ask('GET', `/sync/runs/${sync.json.run_id}`)).json.state === 'done', {
      timeout: 30_000,
    });
  });

  it('refuses what makes no sense', { timeout: 120_000 }, async () => {
    const { ask } = await place();
    expect(await ask('POST', '/sync', { batch_size: 101 })).toMatchObject({ status: 422 });
    expect(await ask('POST', '/sync', { sync_type: 'list' })).toMatchObject({
      status: 422,
      json: { code: 'PULL_REQUEST_INVALID' },
    });
    expect(await ask('POST', '/sync', { sync_type: 'list', list: 'Nope' })).toMatchObject({
      status: 422,
      json: { code: 'MIRROR_LIST_UNKNOWN' },
    });
    expect(
      await ask('POST', '/sync', { sync_type: 'list', list: 'Nope', objects: ['contacts'] }),
    ).toMatchObject({
      status: 422,
      json: { code: 'PULL_REQUEST_INVALID', message: expect.stringContaining('cannot be chosen for a list') },
    });
    for (const path of ['/contacts?segmnt=first', '/contacts.csv?segmnt=first'])
      expect(await ask('GET', path)).toMatchObject({
        status: 422,
        json: {
          message: 'Correct segmnt: see fields.',
          fields: { segmnt: 'is not known here: leave it out' },
        },
      });
    expect(await ask('DELETE', '/contacts')).toMatchObject({
      status: 422,
      json: { fields: { confirm: 'is missing: give the object type once more' } },
    });
    expect(await ask('POST', '/sync', { objects: ['boats'] })).toMatchObject({
      status: 422,
      json: { code: 'MIRROR_OBJECT_UNKNOWN' },
    });
    expect(await ask('GET', '/contacts?filter=nonsense')).toMatchObject({ status: 422 });
    expect(await ask('GET', '/contacts.csv?segment=nobody')).toMatchObject({
      status: 422,
      json: { code: 'MIRROR_QUERY_INVALID' },
    });
    for (const path of [
      '/contacts?object=contact',
      '/contacts.csv?object=contact',
      '/contacts.ndjson?object=contact',
    ])
      expect(await ask('GET', path)).toMatchObject({
        status: 422,
        json: { code: 'MIRROR_OBJECT_UNKNOWN', message: expect.stringContaining('Did you mean contacts?') },
      });
    expect(await ask('DELETE', '/contacts?object=boats&confirm=boats')).toMatchObject({
      status: 422,
      json: { code: 'MIRROR_OBJECT_UNKNOWN' },
    });
    expect(await ask('GET', '/sync/runs/999999')).toMatchObject({
      status: 404,
      json: { code: 'PULL_RUN_NOT_FOUND' },
    });
    expect(await ask('POST', '/bulk-changes', { query: {}, action: { kind: 'archive' } })).toMatchObject({
      status: 422,
      json: { code: 'BULK_INVALID' },
    });
  });
});
