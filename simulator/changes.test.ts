import { beforeEach, expect, it } from 'vitest';
import { resolveBehaviour } from './behaviour.ts';
import type { Change } from './changes.ts';
import { DrivableClock } from './clock.ts';
import { Gateway } from './gateway.ts';
import { Limiter, limitsSchema, TIERS } from './limits.ts';
import { DEFAULT_ACCOUNT, DEFAULT_TOKEN } from './options.ts';
import { Portal } from './portal.ts';
import { createRandom } from './random.ts';
import { insertRecords } from './records.ts';
import { Router } from './router.ts';
import { ROUTES } from './routes/all-routes.ts';
import { CONTACTS, NOTES, upserts } from './test-client.ts';

let portal: Portal;
let told: Change[];
let call: (method: string, url: string, body?: unknown) => { id: string };

beforeEach(() => {
  portal = new Portal({
    account: { ...DEFAULT_ACCOUNT, portalId: 1 },
    behaviour: resolveBehaviour(),
    clock: new DrivableClock(),
    random: createRandom(1),
    lagRandom: createRandom(2),
  });
  portal.tokens.add({ token: DEFAULT_TOKEN });
  const limiter = new Limiter({
    numbers: TIERS.professional,
    tier: 'professional',
    timeZone: 'UTC',
    countRejectedCalls: () => false,
    countSearchInDaily: () => false,
    countAssociationsInDaily: () => false,
  });
  limiter.change(limitsSchema.parse('none'));
  const gateway = new Gateway(portal, limiter, new Router(ROUTES));
  let n = 0;
  call = (method, url, body) => {
    n += 1;
    const rawBody = Buffer.from(body === undefined ? '' : JSON.stringify(body));
    const headers = { authorization: `Bearer ${DEFAULT_TOKEN}` };
    const request = { n, method, url, headers, address: '127.0.0.1', rawBody };
    const { reply } = gateway.process(request);
    expect(reply.status).toBeLessThan(300);
    return JSON.parse(JSON.stringify(reply.body ?? {})) as { id: string };
  };
  told = [];
  portal.changes.subscribe((change) => told.push(change));
});

const insert = (properties: Record<string, string>) =>
  insertRecords(portal, 'contacts', [properties])[0] ?? '';
const kinds = () => told.map(({ kind }) => kind);
const noteOn = (id: string) =>
  call('POST', NOTES, {
    properties: { hs_timestamp: '2026-11-22T10:00:00Z' },
    associations: [
      { to: { id }, types: [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 202 }] },
    ],
  });
/** The values of the last change, the portal's own properties left out. */
const lastValues = () => {
  const last = told.at(-1);
  return (last && 'values' in last ? last.values : []).filter(
    ({ name }) => !name.startsWith('hs_object') && !name.endsWith('date'),
  );
};

it('tells a created record with everything it holds', () => {
  const { id } = call('POST', CONTACTS, { properties: { email: 'A@example.com', city: 'Oslo' } });
  expect(told).toMatchObject([{ kind: 'created', record: { id }, requestN: 1 }]);
  expect(lastValues()).toEqual([
    { name: 'email', before: '', after: 'a@example.com' },
    { name: 'city', before: '', after: 'Oslo' },
  ]);
});

it('tells what an update changed, and nothing when no value changed', () => {
  insert({ email: 'a@example.com', city: 'Oslo', company: 'Ada & Co' });
  call('POST', `${CONTACTS}/batch/upsert`, upserts([['a@example.com', { city: '', company: 'Ada & Co' }]]));
  expect(kinds()).toEqual(['created', 'updated']);
  expect(lastValues()).toEqual([{ name: 'city', before: 'Oslo', after: '' }]);
  call('POST', `${CONTACTS}/batch/upsert`, upserts([['a@example.com', { city: '' }]]));
  expect(told).toHaveLength(2);
});

it('tells the modified date as a change of an update', () => {
  const id = insert({ email: 'a@example.com' });
  call('PATCH', `${CONTACTS}/${id}`, { properties: { city: 'Oslo' } });
  const last = told.at(-1);
  const names = last?.kind === 'updated' ? last.values.map(({ name }) => name) : [];
  expect(names).toEqual(['city', 'lastmodifieddate']);
});

it('tells that additional addresses changed when one became primary', () => {
  const id = insert({ email: 'a@example.com', hs_additional_emails: 'b@example.com' });
  call('PATCH', `${CONTACTS}/${id}`, { properties: { email: 'b@example.com' } });
  expect(lastValues()).toEqual([
    { name: 'hs_additional_emails', before: 'b@example.com', after: 'a@example.com' },
    { name: 'email', before: 'a@example.com', after: 'b@example.com' },
  ]);
});

it('tells an archived record once', () => {
  const id = insert({ email: 'a@example.com' });
  call('DELETE', `${CONTACTS}/${id}`);
  call('POST', `${CONTACTS}/batch/archive`, { inputs: [{ id }] });
  expect(told.slice(1)).toMatchObject([{ kind: 'archived', record: { id } }]);
});

it('tells links made on create, and their removal', () => {
  const id = insert({ email: 'a@example.com' });
  const note = noteOn(id);
  call('DELETE', `${NOTES}/${note.id}/associations/contacts/${id}`);
  const linkKinds = [{ category: 'HUBSPOT_DEFINED', typeId: 202 }];
  expect(told.slice(1)).toMatchObject([
    { kind: 'created', record: { id: note.id } },
    { kind: 'linked', from: { id: note.id }, to: { id }, linkKinds },
    { kind: 'unlinked', from: { id: note.id }, to: { id }, linkKinds },
  ]);
});

it.each(['new', 'primary'] as const)('tells a merge and the links it moves, with %s id', (mergedId) => {
  portal.behaviour = resolveBehaviour({ mergedId });
  const primary = insert({ email: 'a@example.com', city: 'Oslo' });
  const loser = insert({ email: 'b@example.com', city: 'Bergen', company: 'B' });
  const note = noteOn(loser);
  told = [];
  const { id } = call('POST', `${CONTACTS}/merge`, { primaryObjectId: primary, objectIdToMerge: loser });
  expect(told).toMatchObject([
    { kind: 'merged', record: { id }, primary: { id: primary } },
    { kind: 'linked', from: { id }, to: { id: note.id } },
    { kind: 'unlinked', from: { id: loser }, to: { id: note.id } },
  ]);
  const [merged] = told;
  const absorbed = merged?.kind === 'merged' ? merged.absorbed.map((record) => record.id) : [];
  expect(absorbed).toEqual(mergedId === 'new' ? [primary, loser] : [loser]);
  expect(merged?.kind === 'merged' && merged.values).toEqual(
    expect.arrayContaining([
      { name: 'company', before: '', after: 'B' },
      { name: 'hs_additional_emails', before: '', after: 'b@example.com' },
    ]),
  );
});
