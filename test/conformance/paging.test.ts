import { beforeAll, describe, expect, it } from 'vitest';
import type { Body } from './answer.ts';
import { objects, VERSIONS } from './paths.ts';
import { makeContact } from './record-calls.ts';
import { useSubject } from './subject.ts';

const portal = useSubject();

let ids: string[];
beforeAll(async () => {
  const inputs = Array.from({ length: 12 }, () => ({ properties: { email: portal.address('page') } }));
  const { body } = await portal.call('POST', `${objects('2026-09', 'contacts')}/batch/create`, { inputs });
  ids = body.results.map(({ id }) => id).sort((one, other) => Number(one) - Number(other));
});

describe.each(VERSIONS)('a list of %s', (version) => {
  const path = objects(version, 'contacts');
  const from = (after: string | undefined, query: string) =>
    portal.call('GET', `${path}?after=${after}&${query}`);

  it('has ten records when no limit is given', async () => {
    const { status, body } = await portal.call('GET', path);
    expect(status).toBe(200);
    expect(body.results).toHaveLength(10);
  });

  it('goes on at the id that paging names, by ascending id', async () => {
    const { body } = await from(ids[0], 'limit=3');
    const found = body.results.map(({ id }) => id);
    expect(found).toEqual(ids.slice(0, 3));
    const next = await from(body.paging.next.after, 'limit=3');
    expect(next.body.results.map(({ id }) => id)).toEqual(ids.slice(3, 6));
  });

  it('visits each record once and ends without paging', async () => {
    const seen: string[] = [];
    let after = ids[0];
    while (after !== undefined) {
      const { body } = await from(after, 'limit=5');
      seen.push(...body.results.map(({ id }) => id));
      after = (body.paging as Body['paging'] | undefined)?.next.after;
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toEqual(expect.arrayContaining(ids));
  });

  it('tells no total', async () => {
    expect((await portal.call('GET', path)).body).not.toHaveProperty('total');
  });

  it.each([
    ['limit=100', 200],
    ['limit=101', 400],
    ['limit=50&propertiesWithHistory=email', 200],
    ['limit=51&propertiesWithHistory=email', 400],
  ])('asked with %s is answered %i', async (query, status) => {
    expect((await portal.call('GET', `${path}?${query}`)).status).toBe(status);
  });

  it('shows the archived alone when asked for them, with the time', async () => {
    const { id } = await makeContact(portal);
    await portal.call('DELETE', `${path}/${id}`);
    const archived: Body[] = [];
    let after: string | undefined;
    do {
      const more = after === undefined ? '' : `&after=${after}`;
      const { body } = await portal.call('GET', `${path}?archived=true&limit=100${more}`);
      archived.push(...body.results);
      after = (body.paging as Body['paging'] | undefined)?.next.after;
    } while (after !== undefined);
    expect(archived.every((record) => record.archived && typeof record.archivedAt === 'string')).toBe(true);
    expect(archived.map((record) => record.id)).toContain(id);
    const { body } = await from(id, 'limit=1');
    expect(body.results.map((record) => record.id)).not.toContain(id);
  });
});
