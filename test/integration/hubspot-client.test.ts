import { afterEach, describe, expect, it } from 'vitest';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../simulator/index.ts';
import {
  type BatchUpsertInput,
  createHubspotClient,
  type Exchange,
  type HubspotClient,
  parseBatchAnswer,
  parseErrorAnswer,
  parseRateHeaders,
  type Reply,
  tokenFromEnvironment,
  tokenFromText,
} from '../../src/hubspot/index.ts';
import { createLogger, silentLogger } from '../../src/log.ts';

const NOTE_TO_CONTACT = 202;
const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function setup(options: SimulatorOptions = {}): Promise<{ portal: Simulator; client: HubspotClient }> {
  const portal = await startSimulator({ limits: 'none', ...options });
  closers.push(() => portal.stop());
  return { portal, client: clientOf(portal) };
}

function clientOf(
  portal: Simulator,
  options: Partial<Parameters<typeof createHubspotClient>[0]> = {},
): HubspotClient {
  const client = createHubspotClient({
    baseUrl: portal.url,
    token: tokenFromText(portal.token),
    log: silentLogger,
    timeoutMs: 5000,
    ...options,
  });
  closers.push(() => client.close());
  return client;
}

function replyOf(exchange: Exchange): Reply {
  if (exchange.kind === 'fault') throw new Error(`no answer: ${exchange.reason}`);
  return exchange;
}

function upsert(trace: string, email: string, properties: Record<string, string> = {}): BatchUpsertInput {
  return { id: email, idProperty: 'email', properties, objectWriteTraceId: trace };
}

describe('the client against a portal', () => {
  it('upserts, and tells by trace id what was created and what was changed', async () => {
    const { portal, client } = await setup();
    portal.insert('contacts', [{ email: 'bob@example.com', firstname: 'Bob' }]);
    const exchange = await client.records.batchUpsert('contacts', [
      upsert('t1', 'Ada@example.com', { firstname: 'Ada' }),
      upsert('t2', 'bob@example.com', { lastname: 'Brown' }),
    ]);
    const { results, errors } = parseBatchAnswer(replyOf(exchange).body);
    expect(errors).toEqual([]);
    expect(Object.fromEntries(results.map((result) => [result.traceId, result.new]))).toEqual({
      t1: true,
      t2: false,
    });
    expect(portal.records('contacts').map(({ properties }) => properties)).toMatchObject([
      { email: 'bob@example.com', firstname: 'Bob', lastname: 'Brown' },
      { email: 'ada@example.com', firstname: 'Ada' },
    ]);
  });

  it('reads from a 207 which inputs were refused and why', async () => {
    const { client } = await setup();
    const exchange = await client.records.batchUpsert('contacts', [
      upsert('good', 'ada@example.com'),
      upsert('bad', 'bob@example.com', { nope: 'x' }),
    ]);
    const reply = replyOf(exchange);
    expect(reply.status).toBe(207);
    const { results, errors } = parseBatchAnswer(reply.body);
    expect(results.map(({ traceId }) => traceId)).toEqual(['good']);
    expect(errors).toMatchObject([
      {
        category: 'VALIDATION_ERROR',
        traceIds: ['bad'],
        propertyErrors: [{ name: 'nope', code: 'PROPERTY_DOESNT_EXIST' }],
      },
    ]);
  });

  it('reads from a 400 which ids were given twice', async () => {
    const { client } = await setup();
    const inputs = [upsert('t1', 'ada@example.com'), upsert('t2', 'ADA@example.com')];
    const reply = replyOf(await client.records.batchUpsert('contacts', inputs));
    expect(reply.status).toBe(400);
    const answer = parseErrorAnswer(reply.body);
    expect(answer.category).toBe('VALIDATION_ERROR');
    expect(answer.ids.map((id) => id.toLowerCase())).toEqual(['ada@example.com']);
    expect(answer.message).not.toContain('@');
  });

  it('creates notes on a contact and finds them again through it', async () => {
    const { portal, client } = await setup();
    const [contact = '', other = ''] = portal.insert('contacts', [
      { email: 'ada@example.com' },
      { email: 'b@example.com' },
    ]);
    const created = await client.records.batchCreate(
      'notes',
      Array.from({ length: 3 }, (_, index) => ({
        properties: { hs_timestamp: '2026-11-22T10:00:00.000Z', hs_note_body: `Plan changed ${index}` },
        associations: [
          {
            to: { id: contact },
            types: [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: NOTE_TO_CONTACT }],
          },
        ],
        objectWriteTraceId: `n${index}`,
      })),
    );
    const notes = parseBatchAnswer(replyOf(created).body).results.map(({ id }) => id);
    expect(notes).toHaveLength(3);

    const read = await client.associations.readAssociations('contacts', 'notes', [contact, other]);
    if (read.kind === 'failed') throw new Error('not read');
    expect(read.unread).toEqual([]);
    expect([...(read.links.get(contact) ?? [])].sort()).toEqual([...notes].sort());
    expect(read.links.get(other)).toEqual([]);

    const bodies = await client.records.batchRead('notes', { ids: notes, properties: ['hs_note_body'] });
    const texts = parseBatchAnswer(replyOf(bodies).body).results.map(
      ({ properties }) => properties.hs_note_body,
    );
    expect(texts.sort()).toEqual(['Plan changed 0', 'Plan changed 1', 'Plan changed 2']);
  });

  it('names the ids that a batch read does not find', async () => {
    const { portal, client } = await setup();
    const [id = ''] = portal.insert('contacts', [{ email: 'ada@example.com' }]);
    const reply = replyOf(
      await client.records.batchRead('contacts', { ids: [id, '999'], properties: ['email'] }),
    );
    expect(reply.status).toBe(207);
    const { results, errors } = parseBatchAnswer(reply.body);
    expect(results.map((result) => result.id)).toEqual([id]);
    expect(errors).toMatchObject([{ category: 'OBJECT_NOT_FOUND', ids: ['999'] }]);
  });

  it('updates, archives and gets records', async () => {
    const { portal, client } = await setup();
    const [id = ''] = portal.insert('contacts', [{ email: 'a+b@example.com' }]);
    replyOf(await client.records.batchUpdate('contacts', [{ id, properties: { city: 'Bern' } }]));
    const query = { idProperty: 'email', properties: ['city'] };
    const got = replyOf(await client.records.get('contacts', 'a+b@example.com', query));
    expect(got).toMatchObject({ status: 200, body: { id, properties: { city: 'Bern' } } });
    expect(replyOf(await client.records.batchArchive('contacts', [id])).status).toBe(204);
    expect(portal.record('contacts', id)?.archived).toBe(true);
    expect(replyOf(await client.records.get('contacts', id)).status).toBe(404);
  });

  it('lists properties, and creates one whose second creation is a conflict', async () => {
    const { client } = await setup();
    const group = await client.properties.createGroup('contacts', { name: 'my_app', label: 'My app' });
    expect(replyOf(group).status).toBeLessThan(300);
    const property = {
      name: 'app_user_id',
      label: 'App user id',
      groupName: 'my_app',
      type: 'string',
      fieldType: 'text',
      hasUniqueValue: true,
    } as const;
    expect(replyOf(await client.properties.create('contacts', property)).status).toBe(201);
    expect(replyOf(await client.properties.create('contacts', property)).status).toBe(409);
    const list = await client.properties.expectList('contacts');
    expect(list.find(({ name }) => name === 'app_user_id')).toMatchObject({
      hasUniqueValue: true,
      groupName: 'my_app',
    });
    expect(list.find(({ name }) => name === 'lifecyclestage')?.options.length).toBeGreaterThan(3);
    expect(list.find(({ name }) => name === 'hs_object_id')?.readOnlyValue).toBe(true);
  });

  it('tells portal and scopes of its token', async () => {
    const { portal, client } = await setup({ portalId: 4711 });
    expect(await client.account.expectDetails()).toMatchObject({
      portalId: '4711',
      timeZone: 'Europe/Berlin',
    });
    expect(await client.account.expectTokenInfo()).toMatchObject({ portalId: String(portal.portalId) });
    expect((await client.account.expectTokenInfo()).scopes).toContain('crm.objects.contacts.write');
  });
});

describe('a portal that refuses', () => {
  it('a revoked token is unauthorized, and its replacement is picked up without a restart', async () => {
    const env = { TOKEN: 'old-token' };
    const { portal } = await setup({ token: 'old-token' });
    portal.addToken({ token: 'new-token', id: 'new' });
    const client = clientOf(portal, { token: tokenFromEnvironment('TOKEN', env) });
    await client.account.expectDetails();
    portal.revokeToken('old-token');
    await expect(client.account.expectDetails()).rejects.toMatchObject({ code: 'HUBSPOT_UNAUTHORIZED' });
    env.TOKEN = 'new-token';
    await expect
      .poll(async () => replyOf(await client.account.details()).status, { timeout: 5000 })
      .toBe(200);
    expect(portal.journal().at(-1)?.tokenId).toBe('new');
  });

  it.each(['errors', 'context'] as const)(
    'names the missing scope (%s form of the body)',
    async (missingScopesForm) => {
      const { portal } = await setup({ behaviour: { missingScopesForm } });
      portal.addToken({ token: 'narrow-token', scopes: ['oauth'] });
      const client = clientOf(portal, { token: tokenFromText('narrow-token') });
      await expect(client.properties.expectList('contacts')).rejects.toMatchObject({
        code: 'HUBSPOT_FORBIDDEN',
        message: expect.stringMatching(/crm\.(?:objects|schemas)\.contacts\.read/),
      });
    },
  );

  it('for its rate limit says so in headers, body and error', async () => {
    const { client } = await setup({ limits: 'default', tier: 'free' });
    const first = replyOf(await client.account.details());
    expect(parseRateHeaders(first.headers)).toMatchObject({ max: 100, intervalMs: 10_000 });
    const replies = await Promise.all(Array.from({ length: 150 }, () => client.account.details()));
    const refused = replies.map(replyOf).find(({ status }) => status === 429);
    expect(parseErrorAnswer(refused?.body).policyName).toBe('TEN_SECONDLY_ROLLING');
    await expect(client.account.expectDetails()).rejects.toMatchObject({ code: 'HUBSPOT_RATE_LIMITED' });
  });
});

describe('a portal that applies a write and does not say so', () => {
  it.each([
    ['reset', { kind: 'fault', reason: 'reset', sent: true }],
    ['hang', { kind: 'fault', reason: 'timeout', sent: true }],
    ['html', { kind: 'reply', flaw: 'html' }],
    ['garbage', { kind: 'reply', flaw: 'not-json' }],
    ['truncate', { kind: 'reply', status: 200, flaw: 'truncated' }],
    ['edge429', { kind: 'reply', status: 429, flaw: 'not-json' }],
  ] as const)('%s leaves no answer that could pass for one', async (kind, expected) => {
    const { portal } = await setup({ faults: [{ at: 'after-apply', do: kind }] });
    const client = clientOf(portal, { timeoutMs: 1000 });
    const exchange = await client.records.batchUpsert('contacts', [upsert('t1', 'ada@example.com')]);
    expect(exchange).toMatchObject(expected);
    expect(portal.records('contacts')).toHaveLength(1);
    expect(portal.journal()).toHaveLength(1);
    if (exchange.kind === 'reply') expect(parseBatchAnswer(exchange.body).results).toEqual([]);
  });

  it.each(['drop-item', 'empty'] as const)('%s leaves the input unmentioned', async (kind) => {
    const { portal, client } = await setup({ faults: [{ at: 'after-apply', do: kind }] });
    const exchange = await client.records.batchUpsert('contacts', [upsert('t1', 'ada@example.com')]);
    expect(portal.records('contacts')).toHaveLength(1);
    expect(parseBatchAnswer(replyOf(exchange).body)).toEqual({ results: [], errors: [] });
  });
});

describe('what the client writes to its log', () => {
  it('holds neither token nor personal data, whatever happens', async () => {
    let lines = '';
    const write = (line: string) => {
      lines += line;
    };
    const log = createLogger({ level: 'debug', destination: { write } });
    const { portal } = await setup({
      token: 'token-canary',
      faults: [
        { match: { contains: 'reset-canary' }, at: 'after-apply', do: 'reset' },
        { match: { contains: 'html-canary' }, do: 'html' },
      ],
    });
    const client = clientOf(portal, { log });
    for (const name of ['plain', 'reset', 'html'])
      await client.records.batchUpsert('contacts', [
        upsert('t', `${name}-canary@example.com`, { nope: 'canary' }),
      ]);
    await client.records.get('contacts', 'plain-canary@example.com', { idProperty: 'email' });
    await client.account.tokenInfo();
    portal.revokeToken('token-canary');
    await client.account.details();
    expect(lines.split('\n').filter((line) => line.includes('hubspot call'))).toHaveLength(6);
    expect(lines).not.toMatch(/canary|example\.com/);
  });
});
