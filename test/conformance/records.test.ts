import { describe, expect, it } from 'vitest';
import { ACTIVITIES, KINDS } from './kinds.ts';
import { objects, VERSIONS } from './paths.ts';
import { make, makeContact, UNKNOWN_ID, valuesOf } from './record-calls.ts';
import { simulatorOnly, useSubject } from './subject.ts';

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z$/;

const portal = useSubject();

describe.each(VERSIONS)('with %s', (version) => {
  describe.each(KINDS)('a record of $type', ({ type, valid, defaults, modified, text, typeId }) => {
    it('is created with 201, id, times and values', async () => {
      const given = valid(portal.name('made'));
      const body = await make(portal, type, given, version);
      expect(body).toMatchObject({ archived: false, properties: { ...given, hs_object_id: body.id } });
      expect(body.id).toMatch(/^\d+$/);
      expect(body.createdAt).toMatch(ISO);
      expect(body.updatedAt).toMatch(ISO);
    });

    it('shows its default properties when none are asked for', async () => {
      const { id } = await make(portal, type, valid(portal.name('defaults')));
      const { status, body } = await portal.call('GET', `${objects(version, type)}/${id}`);
      expect(status).toBe(200);
      expect(Object.keys(body.properties).sort()).toEqual([...defaults].sort());
      expect(body.url).toMatch(new RegExp(`/${portal.portalId}/record/${typeId}/${id}$`));
    });

    it('shows what is asked for, null when it has no value, and leaves out what is not defined', async () => {
      const { id } = await make(portal, type, valid(portal.name('asked')));
      const query = `properties=${text},no_such_property_at_all`;
      const { body } = await portal.call('GET', `${objects(version, type)}/${id}?${query}`);
      expect(body.properties[text]).toBeNull();
      expect(body.properties).not.toHaveProperty('no_such_property_at_all');
    });

    it('changes only what a PATCH names, and its modified date', async () => {
      const given = valid(portal.name('patched'));
      const made = await make(portal, type, given);
      const path = `${objects(version, type)}/${made.id}`;
      expect((await portal.call('PATCH', path, { properties: { [text]: 'Anew' } })).status).toBe(200);
      const { body } = await portal.call(
        'GET',
        `${path}?properties=${text},${modified},${Object.keys(given)}`,
      );
      expect(body.properties).toMatchObject({ ...given, [text]: 'Anew' });
      expect(Date.parse(String(body.updatedAt))).toBeGreaterThanOrEqual(Date.parse(String(made.updatedAt)));
      expect(Date.parse(String(body.properties[modified]))).toBe(Date.parse(String(body.updatedAt)));
    });

    it('is cleared by an empty value', async () => {
      const { id } = await make(portal, type, { ...valid(portal.name('cleared')), [text]: 'Before' });
      const path = `${objects(version, type)}/${id}`;
      expect((await portal.call('PATCH', path, { properties: { [text]: '' } })).status).toBe(200);
      expect((await valuesOf(portal, type, id, [text]))[text] || null).toBeNull();
    });

    it('is archived with 204, gone at once, and shown when the archived are asked for', async () => {
      const { id } = await make(portal, type, valid(portal.name('archived')));
      const path = `${objects(version, type)}/${id}`;
      expect(await portal.call('DELETE', path)).toMatchObject({ status: 204, text: '' });
      expect(await portal.call('GET', path)).toMatchObject({
        status: 404,
        body: { status: 'error', category: 'OBJECT_NOT_FOUND' },
      });
      const { status, body } = await portal.call('GET', `${path}?archived=true`);
      expect({ status, body }).toMatchObject({ status: 200, body: { id, archived: true } });
      expect(body.archivedAt).toMatch(ISO);
    });

    it('that nobody made is not found', async () => {
      const path = `${objects(version, type)}/${UNKNOWN_ID}`;
      const notFound = { status: 404, body: { status: 'error', category: 'OBJECT_NOT_FOUND' } };
      expect(await portal.call('GET', path)).toMatchObject(notFound);
      expect(await portal.call('PATCH', path, { properties: { [text]: 'A' } })).toMatchObject(notFound);
    });
  });
});

describe.each(ACTIVITIES)('a record of $type', ({ type, text, valid }) => {
  it('is created, changed and archived', async () => {
    const { id } = await make(portal, type, valid('First'));
    const path = `${objects('2026-09', type)}/${id}`;
    expect((await portal.call('PATCH', path, { properties: { [text]: 'Second' } })).status).toBe(200);
    expect(await valuesOf(portal, type, id, [text])).toMatchObject({ [text]: 'Second' });
    expect((await portal.call('DELETE', path)).status).toBe(204);
    expect((await portal.call('GET', path)).status).toBe(404);
  });

  it('needs a time', async () => {
    const answer = await portal.call('POST', objects('2026-09', type), { properties: { [text]: 'A' } });
    expect(answer).toMatchObject({ status: 400, body: { category: 'VALIDATION_ERROR' } });
    expect(answer.text).toContain('hs_timestamp');
  });
});

describe('a contact', () => {
  const CONTACTS = objects('2026-09', 'contacts');

  it.each(['firstname', 'lastname'])('may be made from a %s alone', async (property) => {
    const answer = await portal.call('POST', CONTACTS, { properties: { [property]: portal.name('alone') } });
    expect(answer.status).toBe(201);
  });

  it('has its address trimmed and in lower case', async () => {
    const address = portal.address('case');
    const { properties } = await make(portal, 'contacts', { email: `  ${address.toUpperCase()} ` });
    expect(properties.email).toBe(address);
  });

  it('is found by its address', async () => {
    const { id, properties } = await makeContact(portal);
    const path = `${CONTACTS}/${encodeURIComponent(String(properties.email))}?idProperty=email`;
    expect(await portal.call('GET', path)).toMatchObject({ status: 200, body: { id } });
  });

  it('is found by its address with a plus sign that is encoded', async () => {
    const address = portal.address('a').replace('@', '+b@');
    const { id } = await make(portal, 'contacts', { email: address });
    const path = `${CONTACTS}/${encodeURIComponent(address)}?idProperty=email`;
    expect(await portal.call('GET', path)).toMatchObject({ status: 200, body: { id } });
  });

  it('is changed by its address', async () => {
    const { id, properties } = await makeContact(portal);
    const path = `${CONTACTS}/${encodeURIComponent(String(properties.email))}?idProperty=email`;
    const answer = await portal.call('PATCH', path, { properties: { city: 'Ulm' } });
    expect(answer).toMatchObject({ status: 200, body: { id, properties: { city: 'Ulm' } } });
  });

  it('cannot have an address twice: 409 with the id in the sentence', async () => {
    const { id, properties } = await makeContact(portal);
    expect(await portal.call('POST', CONTACTS, { properties: { email: properties.email } })).toMatchObject({
      status: 409,
      body: { status: 'error', category: 'CONFLICT', message: `Contact already exists. Existing ID: ${id}` },
    });
  });

  it('cannot be moved to the address of another', async () => {
    const owner = await makeContact(portal);
    const other = await makeContact(portal);
    const answer = await portal.call('PATCH', `${CONTACTS}/${other.id}`, {
      properties: { email: owner.properties.email },
    });
    expect(answer).toMatchObject({ status: 409, body: { category: 'CONFLICT' } });
    expect(await valuesOf(portal, 'contacts', other.id, ['email'])).toMatchObject({
      email: other.properties.email,
    });
  });

  it('tells the history of a value, newest first', async () => {
    const { id } = await makeContact(portal, { city: 'Ulm' });
    await portal.call('PATCH', `${CONTACTS}/${id}`, { properties: { city: 'Bonn' } });
    const { body } = await portal.call('GET', `${CONTACTS}/${id}?propertiesWithHistory=city`);
    const history = (body.propertiesWithHistory as Record<string, Record<string, unknown>[]>).city ?? [];
    expect(history.map((version) => version.value)).toEqual(['Bonn', 'Ulm']);
    expect(history[0]?.timestamp).toMatch(ISO);
    expect(history[0]?.sourceType).toEqual(expect.any(String));
  });
});

describe('two companies', () => {
  it('may have one domain', async () => {
    const domain = `${portal.name('twin').replaceAll('_', '-')}.example.com`;
    const first = await make(portal, 'companies', { domain });
    const second = await make(portal, 'companies', { domain });
    expect(second.id).not.toBe(first.id);
  });
});

simulatorOnly('a real portal has one of both behaviours', () => {
  it.each([
    ['204', 204],
    ['404', 404],
  ])('archiving an id that nobody has is %s', async (archiveUnknownId, status) => {
    await portal.admin('POST', 'options', { behaviour: { archiveUnknownId } });
    const answer = await portal.call('DELETE', `${objects('2026-09', 'contacts')}/${UNKNOWN_ID}`);
    expect(answer.status).toBe(status);
    await portal.admin('POST', 'options', { behaviour: { archiveUnknownId: '204' } });
  });
});
