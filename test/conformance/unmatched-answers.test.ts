import { afterEach, describe, expect, it } from 'vitest';
import type { Body } from './answer.ts';
import { objects, VERSIONS } from './paths.ts';
import { makeContact, UNKNOWN_ID, valuesOf } from './record-calls.ts';
import { simulatorOnly, useSubject } from './subject.ts';

const portal = useSubject();
const CONTACTS = objects('2026-09', 'contacts');

/** Gives the inputs trace ids t1, t2, ... */
const traced = (inputs: readonly object[]) =>
  inputs.map((input, place) => ({ ...input, objectWriteTraceId: `t${place + 1}` }));
const tracesOf = (results: readonly Body[]) => results.map((result) => result.objectWriteTraceId).sort();
const batch = (operation: string, inputs: readonly object[], path = CONTACTS) =>
  portal.call('POST', `${path}/batch/${operation}`, { inputs });
const isThere = async (address: string) =>
  (await portal.call('GET', `${CONTACTS}/${address}?idProperty=email`)).status === 200;

describe.each(VERSIONS)('an answer of %s', (version) => {
  const path = objects(version, 'contacts');

  it('to an update of unknown ids names these, though every input has a trace id', async () => {
    const { id } = await makeContact(portal);
    const inputs = [id, UNKNOWN_ID, `${UNKNOWN_ID}1`].map((one) => ({
      id: one,
      properties: { city: 'Ulm' },
    }));
    const { status, body } = await batch('update', traced(inputs), path);
    expect({ status, body }).toMatchObject({ status: 207, body: { numErrors: 1, results: [{ id }] } });
    expect(body.errors).toHaveLength(1);
    expect(body.errors[0]?.context).not.toHaveProperty('objectWriteTraceId');
    expect([...(body.errors[0]?.context.ids ?? [])].sort()).toEqual([UNKNOWN_ID, `${UNKNOWN_ID}1`]);
  });

  it('to a read of unknown ids alone has no results', async () => {
    const answer = await batch('read', [{ id: UNKNOWN_ID }], path);
    expect(answer).toMatchObject({ status: 207, body: { results: [], numErrors: 1 } });
  });

  it('to a search without hits is 200 with no results and no page', async () => {
    const filters = [{ propertyName: 'email', operator: 'EQ', value: portal.address('nobody') }];
    const { status, body } = await portal.call('POST', `${path}/search`, { filterGroups: [{ filters }] });
    expect({ status, body }).toMatchObject({ status: 200, body: { total: 0, results: [] } });
    expect(body).not.toHaveProperty('paging');
  });
});

simulatorOnly('such an answer cannot be ordered', () => {
  afterEach(() => portal.admin('DELETE', 'faults'));
  const fault = (plan: object) =>
    portal.admin('POST', 'faults', { match: { path: '/batch/' }, times: 1, ...plan });
  const create = (count: number) =>
    traced(Array.from({ length: count }, () => ({ properties: { email: portal.address('made') } })));
  const addressOf = (input: object | undefined) =>
    String((input as { properties?: { email?: string } } | undefined)?.properties?.email);

  it.each([
    ['before', false],
    ['after-apply', true],
  ])('a 200 without results and errors, played %s: written is %s', async (at, isWritten) => {
    await fault({ do: 'empty', at });
    const inputs = create(2);
    const { status, body } = await batch('create', inputs);
    expect({ status, body }).toMatchObject({ status: 200, body: { status: 'COMPLETE', results: [] } });
    expect(body).not.toHaveProperty('errors');
    expect(body).not.toHaveProperty('numErrors');
    expect(await Promise.all(inputs.map((input) => isThere(addressOf(input))))).toEqual([
      isWritten,
      isWritten,
    ]);
  });

  it.each(['read', 'update', 'upsert', 'create'])('a 200 without results comes for %s', async (operation) => {
    const { id, properties } = await makeContact(portal, { city: 'Ulm' });
    await fault({ do: 'empty' });
    const input =
      operation === 'upsert'
        ? { id: properties.email, idProperty: 'email', properties: { city: 'Bonn' } }
        : { id, properties: { city: 'Bonn' } };
    expect(await batch(operation, [input])).toMatchObject({ status: 200, body: { results: [] } });
    expect(await valuesOf(portal, 'contacts', id, ['city'])).toMatchObject({ city: 'Ulm' });
  });

  it.each([
    ['before', 2],
    ['after-apply', 3],
  ])(
    'an input that no result and no error is for, dropped %s: of three %i are written',
    async (at, count) => {
      await fault({ do: 'drop-item', at });
      const inputs = create(3);
      const { status, body } = await batch('create', inputs);
      expect(status).toBe(201);
      expect(body.results).toHaveLength(2);
      expect(body).not.toHaveProperty('errors');
      expect(new Set(tracesOf(body.results)).size).toBe(2);
      const there = await Promise.all(inputs.map((input) => isThere(addressOf(input))));
      expect(there.filter(Boolean)).toHaveLength(count);
    },
  );

  it.each([
    ['no context', {}],
    ['an empty context', { context: {} }],
    ['a trace id that nobody gave', { context: { objectWriteTraceId: ['another'] } }],
    ['an id that nobody named', { context: { ids: [UNKNOWN_ID] } }],
  ])('an error with %s, behind inputs that were written', async (_, more) => {
    const error = { status: 'error', category: 'VALIDATION_ERROR', message: 'Something is wrong', ...more };
    const body = { status: 'COMPLETE', results: [], numErrors: 1, errors: [error] };
    await fault({ do: 'status', status: 207, at: 'after-apply', body });
    const inputs = create(2);
    const answer = await batch('create', inputs);
    expect(answer).toMatchObject({ status: 207, body: { results: [], numErrors: 1 } });
    expect(answer.body.errors).toEqual([error]);
    expect(await Promise.all(inputs.map((input) => isThere(addressOf(input))))).toEqual([true, true]);
  });
});
