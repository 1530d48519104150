import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startPortal, type TestPortal } from './test-client.ts';

const OBJECTS = '/crm/objects/2026-09';
const PRIMARY = [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 1 }];

let portal: TestPortal;
let contact: string;
let first: string;
let second: string;

beforeEach(async () => {
  portal = await startPortal();
  [contact = ''] = portal.simulator.insert('contacts', [{ email: 'a@example.com' }]);
  [first = '', second = ''] = portal.simulator.insert('companies', [{ name: 'One' }, { name: 'Two' }]);
});
afterEach(() => portal.simulator.stop());

const path = (company: string) => `${OBJECTS}/contacts/${contact}/associations/companies/${company}`;
const setPrimary = (company: string) => portal.call('PUT', path(company), PRIMARY);
const linkPlain = (company: string) =>
  portal.call('PUT', `${OBJECTS}/contacts/${contact}/associations/default/companies/${company}`);
const mirror = (id = contact) => portal.simulator.record('contacts', id)?.properties.associatedcompanyid;
const kinds = () =>
  portal.simulator
    .record('contacts', contact)
    ?.associations.companies?.map(({ id, typeIds }) => [id, typeIds]);

describe('the primary company of a contact', () => {
  it('is linked without a label too, and mirrored in associatedcompanyid', async () => {
    await setPrimary(first);
    expect(kinds()).toEqual([[first, [1, 279]]]);
    expect(mirror()).toBe(first);
  });

  it('moves when another becomes primary; the former stays linked', async () => {
    await setPrimary(first);
    await setPrimary(second);
    expect(kinds()).toEqual([
      [first, [279]],
      [second, [1, 279]],
    ]);
    expect(mirror()).toBe(second);
  });

  it('moves also when it is set from the company’s side', async () => {
    await setPrimary(first);
    await portal.call('PUT', `${OBJECTS}/companies/${second}/associations/contacts/${contact}`, [
      { associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 2 },
    ]);
    expect(mirror()).toBe(second);
    expect(kinds()).toEqual([
      [first, [279]],
      [second, [1, 279]],
    ]);
  });

  it('is none after it was unlinked or archived', async () => {
    await setPrimary(first);
    await portal.call('DELETE', path(first));
    expect(mirror()).toBe('');
    await setPrimary(second);
    await portal.call('DELETE', `${OBJECTS}/companies/${second}`);
    expect(mirror()).toBe('');
  });

  it('is what its company was merged into', async () => {
    await setPrimary(second);
    const merged = await portal.call('POST', `${OBJECTS}/companies/merge`, {
      primaryObjectId: first,
      objectIdToMerge: second,
    });
    expect(mirror()).toBe(merged.body.id);
    expect(kinds()).toEqual([[merged.body.id, [1, 279]]]);
  });

  it('of two merged contacts is that of the primary one', async () => {
    const [other = ''] = portal.simulator.insert('contacts', [{ email: 'b@example.com' }]);
    await setPrimary(first);
    await portal.call('PUT', `${OBJECTS}/contacts/${other}/associations/companies/${second}`, PRIMARY);
    const merged = await portal.call('POST', `${OBJECTS}/contacts/merge`, {
      primaryObjectId: other,
      objectIdToMerge: contact,
    });
    expect(mirror(merged.body.id)).toBe(second);
    expect(portal.simulator.record('contacts', merged.body.id)?.associations.companies).toEqual([
      { id: first, typeIds: [279] },
      { id: second, typeIds: [1, 279] },
    ]);
  });

  it('cannot be written as a property', async () => {
    const answer = await portal.call('PATCH', `${OBJECTS}/contacts/${contact}`, {
      properties: { associatedcompanyid: first },
    });
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ code: 'READ_ONLY_VALUE' }] } });
  });

  it.each([
    [false, ''],
    [true, 'first'],
  ])('with firstLinkIsPrimary %j an unlabelled link makes it %j', async (firstLinkIsPrimary, expected) => {
    portal.simulator.setBehaviour({ firstLinkIsPrimary });
    await linkPlain(first);
    await linkPlain(second);
    expect(mirror() ?? '').toBe(expected === '' ? '' : first);
  });

  it.each([false, true])('moves the modified date with primaryTouchesModified %j', async (touches) => {
    portal.simulator.setBehaviour({ primaryTouchesModified: touches });
    const before = portal.simulator.record('contacts', contact)?.updatedAt ?? '';
    portal.simulator.setClock({ advanceMs: 60_000 });
    await setPrimary(first);
    expect((portal.simulator.record('contacts', contact)?.updatedAt ?? '') > before).toBe(touches);
  });
});

it('a child has one parent', async () => {
  const [child = ''] = portal.simulator.insert('companies', [{ name: 'Child' }]);
  const parent = [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 14 }];
  await portal.call('PUT', `${OBJECTS}/companies/${child}/associations/companies/${first}`, parent);
  await portal.call('PUT', `${OBJECTS}/companies/${child}/associations/companies/${second}`, parent);
  expect(portal.simulator.record('companies', child)?.associations.companies).toEqual([
    { id: first, typeIds: [450] },
    { id: second, typeIds: [14, 450] },
  ]);
});
