import { describe, expect, it } from 'vitest';
import { ACTIVITIES, KINDS } from './kinds.ts';
import { account, lists, objects, owners, pipelines, properties, VERSIONS } from './paths.ts';
import { useSubject } from './subject.ts';

const portal = useSubject();

describe.each(VERSIONS)('the paths of %s', (version) => {
  it.each([
    ['records', objects(version, 'contacts')],
    ['definitions of properties', properties(version, 'contacts')],
    ['groups of properties', `${properties(version, 'contacts')}/groups`],
    ['pipelines', pipelines(version, 'deals')],
    ['owners', owners(version)],
    ['the account', account(version)],
  ])('lead to %s', async (_, path) => {
    expect(await portal.call('GET', path)).toMatchObject({ status: 200 });
  });

  it('lead to lists', async () => {
    const answer = await portal.call('POST', `${lists(version)}/search`, { query: portal.name('none') });
    expect(answer).toMatchObject({ status: 200, body: { total: 0 } });
  });
});

describe('a path is not found', () => {
  it.each([
    ['with the date in front of the area', '/crm/2026-09/objects/contacts'],
    ['with the old version behind the area', '/crm/objects/v3/contacts'],
    ['without a version', '/crm/objects/contacts'],
    ['of a version that never was', '/crm/objects/2025-02/contacts'],
    ['of a version to come', '/crm/objects/2031-03/contacts'],
    ['of a month without a version', '/crm/objects/2026-10/contacts'],
    ['of properties with the date in front', '/crm/2026-09/properties/contacts'],
    ['of an area that is none', '/crm/butterflies/2026-09/contacts'],
  ])('%s', async (_, path) => {
    expect((await portal.call('GET', path)).status).toBe(404);
  });
});

describe('the kind of record in a path', () => {
  const names = [...KINDS, ...ACTIVITIES].flatMap(({ type, singular, typeId }) => [
    [type, type],
    [type, singular],
    [type, typeId],
  ]);

  it.each(names)('of %s may be %s', async (_, name) => {
    expect(await portal.call('GET', `${objects('2026-09', name as string)}?limit=1`)).toMatchObject({
      status: 200,
    });
  });

  it.each(VERSIONS)('is refused by name when there is none such (%s)', async (version) => {
    expect(await portal.call('GET', objects(version, 'butterflies'))).toMatchObject({
      status: 400,
      body: { status: 'error', message: 'Unable to infer object type from: butterflies' },
    });
  });
});

describe('a URL', () => {
  it('beyond eight kilobytes is 414', async () => {
    const names = Array.from({ length: 900 }, (_, number) => `property_${number}`).join(',');
    const answer = await portal.call('GET', `${objects('2026-09', 'contacts')}?properties=${names}`);
    expect(answer.status).toBe(414);
  });

  it('may write its commas as %2C, or repeat the name', async () => {
    const { body } = await portal.call('POST', objects('2026-09', 'contacts'), {
      properties: { email: portal.address('comma'), jobtitle: 'Pilot', city: 'Bonn' },
    });
    for (const query of ['properties=jobtitle%2Ccity', 'properties=jobtitle&properties=city']) {
      const answer = await portal.call('GET', `${objects('2026-09', 'contacts')}/${body.id}?${query}`);
      expect(answer.body.properties, query).toMatchObject({ jobtitle: 'Pilot', city: 'Bonn' });
    }
  });
});
