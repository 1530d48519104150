import { describe, expect, it } from 'vitest';
import { objects, properties, VERSIONS, type Version } from './paths.ts';
import { valuesOf } from './record-calls.ts';
import { simulatorOnly, useSubject } from './subject.ts';

const portal = useSubject();

const text = (name: string, more: object = {}) => ({
  name,
  label: name,
  groupName: 'contactinformation',
  type: 'string',
  fieldType: 'text',
  ...more,
});
const define = (version: Version, body: object) => portal.call('POST', properties(version, 'contacts'), body);
const OPTIONS = ['a', 'b'].map((value, displayOrder) => ({
  label: value.toUpperCase(),
  value,
  displayOrder,
  hidden: false,
}));

describe.each(VERSIONS)('definitions with %s', (version) => {
  const path = properties(version, 'contacts');

  it('are listed whole', async () => {
    const { status, body } = await portal.call('GET', path);
    expect(status).toBe(200);
    expect(body).not.toHaveProperty('paging');
    expect(body.results.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['email', 'firstname', 'lifecyclestage']),
    );
  });

  it('say what may be done with them', async () => {
    const { body } = await portal.call('GET', `${path}/createdate`);
    expect(body).toMatchObject({
      name: 'createdate',
      type: 'datetime',
      fieldType: 'date',
      hubspotDefined: true,
      archived: false,
      modificationMetadata: { readOnlyValue: true, archivable: false },
    });
  });

  it('are created, changed and archived', async () => {
    const name = portal.name('life');
    expect(await define(version, text(name))).toMatchObject({
      status: 201,
      body: { name, type: 'string', fieldType: 'text', groupName: 'contactinformation', archived: false },
    });
    const changed = await portal.call('PATCH', `${path}/${name}`, { label: 'Other' });
    expect(changed).toMatchObject({ status: 200, body: { name, label: 'Other' } });
    expect((await portal.call('DELETE', `${path}/${name}`)).status).toBe(204);
    expect((await portal.call('GET', `${path}/${name}`)).status).toBe(404);
  });

  it('cannot have one name twice: 409', async () => {
    const name = portal.name('twice');
    await define(version, text(name));
    expect(await define(version, text(name))).toMatchObject({
      status: 409,
      body: { category: 'OBJECT_ALREADY_EXISTS', subCategory: 'Properties.PROPERTY_WITH_NAME_EXISTS' },
    });
  });

  it('come back when they are created again after an archive', async () => {
    const name = portal.name('back');
    await define(version, text(name));
    await portal.call('DELETE', `${path}/${name}`);
    expect((await define(version, text(name))).status).toBe(201);
    expect((await portal.call('GET', `${path}/${name}`)).status).toBe(200);
  });

  it('that are not there are 404', async () => {
    const name = portal.name('none');
    expect((await portal.call('GET', `${path}/${name}`)).status).toBe(404);
    expect((await portal.call('PATCH', `${path}/${name}`, { label: 'A' })).status).toBe(404);
  });

  it('replace all their options by a PATCH', async () => {
    const name = portal.name('options');
    await define(version, text(name, { type: 'enumeration', fieldType: 'select', options: OPTIONS }));
    await portal.call('PATCH', `${path}/${name}`, { options: OPTIONS.slice(1) });
    const { body } = await portal.call('GET', `${path}/${name}`);
    expect((body.options as { value: string }[]).map(({ value }) => value)).toEqual(['b']);
  });

  it('are created, read and archived by batch', async () => {
    const names = [portal.name('one'), portal.name('two')];
    const created = await portal.call('POST', `${path}/batch/create`, {
      inputs: names.map((name) => text(name)),
    });
    expect(created.status).toBe(201);
    const inputs = names.map((name) => ({ name }));
    const read = await portal.call('POST', `${path}/batch/read`, { inputs, archived: false });
    expect(read.body.results.map(({ name }) => name).sort()).toEqual([...names].sort());
    expect((await portal.call('POST', `${path}/batch/archive`, { inputs })).status).toBe(204);
    expect((await portal.call('GET', `${path}/${names[0]}`)).status).toBe(404);
  });

  it('stand in groups that are made, listed, renamed and removed', async () => {
    const name = portal.name('group');
    const made = await portal.call('POST', `${path}/groups`, { name, label: 'Ours', displayOrder: -1 });
    expect(made).toMatchObject({ status: 201, body: { name, label: 'Ours' } });
    const { body } = await portal.call('GET', `${path}/groups`);
    expect(body.results.map((group) => group.name)).toContain(name);
    expect((await portal.call('PATCH', `${path}/groups/${name}`, { label: 'Anew' })).body.label).toBe('Anew');
    expect((await portal.call('DELETE', `${path}/groups/${name}`)).status).toBe(204);
  });

  it('keep their group from being removed', async () => {
    const name = portal.name('full');
    await portal.call('POST', `${path}/groups`, { name, label: name });
    await define(version, text(portal.name('member'), { groupName: name }));
    const answer = await portal.call('DELETE', `${path}/groups/${name}`);
    expect(answer.status).toBe(400);
    expect(answer.text).toContain('PropertyGroupError.GROUP_WITH_ACTIVE_PROPERTIES');
  });

  it.each([
    ['string', 'text'],
    ['string', 'textarea'],
    ['string', 'html'],
    ['string', 'phonenumber'],
    ['number', 'number'],
    ['date', 'date'],
    ['datetime', 'date'],
    ['enumeration', 'select'],
    ['enumeration', 'radio'],
    ['enumeration', 'checkbox'],
    ['bool', 'booleancheckbox'],
  ])('of type %s are shown as %s', async (type, fieldType) => {
    const options =
      type === 'bool'
        ? ['true', 'false'].map((value) => ({ label: value, value, displayOrder: 0, hidden: false }))
        : OPTIONS;
    const more = type === 'enumeration' || type === 'bool' ? { options } : {};
    const name = portal.name('typed');
    const answer = await define(version, text(name, { type, fieldType, ...more }));
    expect(answer, answer.text).toMatchObject({ status: 201, body: { type, fieldType } });
    // A portal has room for a thousand, and a live run makes many.
    await portal.call('DELETE', `${path}/${name}`);
  });

  it.each<[string, object]>([
    ['a field that does not go with the type', { type: 'number', fieldType: 'select' }],
    ['a type that is none', { type: 'butterfly' }],
    ['a group that is none', { groupName: 'no_such_group_at_all' }],
    ['a name with blanks and capitals', { name: 'Not A Name' }],
  ])('are refused for %s', async (_, more) => {
    expect((await define(version, text(portal.name('bad'), more))).status).toBe(400);
  });
});

describe('a value', () => {
  const written = async (
    type: string,
    fieldType: string,
    value: string,
    version: Version = '2026-09',
    more: object = {},
  ) => {
    const name = portal.name('value');
    await define('2026-09', text(name, { type, fieldType, ...more }));
    const answer = await portal.call('POST', objects(version, 'contacts'), {
      properties: { email: portal.address('value'), [name]: value },
    });
    return { name, answer, value: answer.body.properties?.[name] };
  };
  const choice = { options: OPTIONS };

  it.each<[string, string, string, string, object?]>([
    ['number', 'number', '12.5', '12.5'],
    ['number', 'number', '-3', '-3'],
    ['date', 'date', '2026-11-20', '2026-11-20'],
    ['date', 'date', String(Date.UTC(2026, 10, 20)), '2026-11-20'],
    ['enumeration', 'select', 'b', 'b', choice],
    ['enumeration', 'checkbox', 'a;b', 'a;b', choice],
    ['string', 'text', 'Grüße, 世界', 'Grüße, 世界'],
    ['string', 'phonenumber', '+49 731 12345', '+49 731 12345'],
  ])('of type %s (%s) that is sent as %s reads %s', async (type, fieldType, sent, read, more) => {
    const { answer, value } = await written(type, fieldType, sent, '2026-09', more);
    expect(answer, answer.text).toMatchObject({ status: 201 });
    expect(value).toBe(read);
  });

  it.each(['2026-11-20T10:00:00.000Z', '2026-11-20T10:00:00Z', String(Date.UTC(2026, 10, 20, 10))])(
    'of type datetime that is sent as %s reads as that time',
    async (sent) => {
      const { value } = await written('datetime', 'date', sent);
      expect(Date.parse(String(value))).toBe(Date.UTC(2026, 10, 20, 10));
    },
  );

  it.each<[string, string, string, string, object?]>([
    ['number', 'number', '1,000', 'INVALID_NUMBER'],
    ['number', 'number', 'many', 'INVALID_NUMBER'],
    ['enumeration', 'select', 'A', 'INVALID_OPTION', choice],
    ['enumeration', 'checkbox', 'a;c', 'INVALID_OPTION', choice],
    ['enumeration', 'select', 'c', 'INVALID_OPTION', choice],
  ])('of type %s (%s) may not be %s: %s', async (type, fieldType, sent, code, more) => {
    const { answer } = await written(type, fieldType, sent, '2026-09', more);
    expect(answer.status).toBe(400);
    expect(answer.body.errors.map((error) => error.code)).toEqual([code]);
  });

  it('of several options is added to by a leading semicolon', async () => {
    const { name, answer } = await written('enumeration', 'checkbox', 'a', '2026-09', choice);
    await portal.call('PATCH', `${objects('2026-09', 'contacts')}/${answer.body.id}`, {
      properties: { [name]: ';b' },
    });
    expect(await valuesOf(portal, 'contacts', answer.body.id, [name])).toEqual(
      expect.objectContaining({ [name]: 'a;b' }),
    );
  });

  it('of a date that is not at midnight is set to its day with a warning since 2026-09', async () => {
    const ms = String(Date.UTC(2026, 10, 20, 22, 18, 55, 865));
    const { name, answer, value } = await written('date', 'date', ms);
    expect(answer.status).toBe(201);
    expect(value).toBe('2026-11-20');
    expect(answer.body.warnings).toMatchObject([
      { category: 'PROPERTY_VALUE_NORMALIZED', context: { propertyName: name, rawValue: ms } },
    ]);
  });

  it.each(['2026-03', 'v3'] as const)(
    'of a date that is not at midnight is refused by %s',
    async (version) => {
      const { answer } = await written(
        'date',
        'date',
        String(Date.UTC(2026, 10, 20, 22, 18, 55, 865)),
        version,
      );
      expect(answer.status).toBe(400);
      expect(answer.body.errors.map((error) => error.code)).toEqual(['INVALID_DATE']);
      expect(answer.body.errors[0]?.message).toContain('is at 22:18:55.865 UTC, not midnight!');
    },
  );
});

simulatorOnly('no call brings a portal there', () => {
  it('a property in use is not archived', async () => {
    const name = portal.name('used');
    await define('2026-09', text(name));
    await portal.admin('POST', 'options', { behaviour: { propertiesInUse: { contacts: [name] } } });
    const answer = await portal.call('DELETE', `${properties('2026-09', 'contacts')}/${name}`);
    expect(answer.status).toBe(400);
    expect(answer.text).toContain('CANNOT_DELETE_PROPERTY_IN_USE');
  });

  it('more properties than the portal has room for are refused', async () => {
    await portal.admin('POST', 'options', { behaviour: { maxCustomProperties: 0 } });
    expect((await define('2026-09', text(portal.name('more')))).status).toBe(400);
    await portal.admin('POST', 'options', { behaviour: { maxCustomProperties: 1_000 } });
  });

  it('an eleventh unique property is refused', async () => {
    const statuses: number[] = [];
    for (let number = 0; number < 11; number += 1)
      statuses.push((await define('2026-09', text(portal.name('unique'), { hasUniqueValue: true }))).status);
    expect(statuses).toEqual([...Array(10).fill(201), 400]);
  });
});
