import { describe, expect, it } from 'vitest';
import { paths } from './paths.ts';

describe('paths', () => {
  it.each([
    [paths.recordBatch('contacts', 'upsert'), '/crm/objects/2026-09/contacts/batch/upsert'],
    [paths.recordBatch('0-46', 'read', true), '/crm/objects/2026-09/0-46/batch/read?archived=true'],
    [paths.associationsBatchRead('contacts', 'notes'), '/crm/associations/2026-09/contacts/notes/batch/read'],
    [paths.properties('contacts'), '/crm/properties/2026-09/contacts'],
    [paths.propertyGroups('contacts'), '/crm/properties/2026-09/contacts/groups'],
    [paths.accountDetails(), '/account-info/2026-09/details'],
    [paths.record('contacts', '501'), '/crm/objects/2026-09/contacts/501'],
    [
      paths.records('contacts', { limit: 50, after: '7', propertiesWithHistory: ['a', 'b'], archived: true }),
      '/crm/objects/2026-09/contacts?limit=50&after=7&propertiesWithHistory=a%2Cb&archived=true',
    ],
    [paths.records('contacts', { properties: [], archived: false }), '/crm/objects/2026-09/contacts'],
    [paths.listByName('0-1', 'a/b?'), '/crm/lists/2026-09/object-type-id/0-1/name/a%2Fb%3F'],
    [paths.members('9', 'join-order', { after: 'x' }), '/crm/lists/2026-09/9/memberships/join-order?after=x'],
    [
      paths.record('contacts', 'a+b@example.com', { idProperty: 'email', properties: ['email', 'plan'] }),
      '/crm/objects/2026-09/contacts/a%2Bb%40example.com?idProperty=email&properties=email%2Cplan',
    ],
  ])('%s', (path, expected) => {
    expect(path).toBe(expected);
  });

  it.each(['/', '?', '#', '%00', '\r\nx-evil: 1', '../..', 'a/../b', '\ud800', '%2e%2e', ' ', 'é', '\u0000'])(
    'keep the id %j within its own segment',
    (id) => {
      const path = paths.record('contacts', id);
      const [segment = ''] = path.split('/').slice(5);
      expect(path.split('/')).toHaveLength(6);
      expect(segment).toMatch(/^[\w.~!*'()%-]+$/);
      expect(decodeURIComponent(segment)).toBe(id.toWellFormed());
    },
  );

  it.each(['', '.', '..'])('refuse the id %j, which would name another endpoint', (id) => {
    const refused = expect.objectContaining({ code: 'HUBSPOT_PATH_INVALID' });
    expect(() => paths.record('contacts', id)).toThrowError(refused);
    expect(() => paths.recordBatch(id, 'upsert')).toThrowError(refused);
  });
});
