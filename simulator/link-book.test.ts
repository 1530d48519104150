import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AssociationCatalogue } from './association-catalogue.ts';
import { findLink, linksOf, pageOfLinks, putLink } from './link-book.ts';
import { ObjectStore } from './object-store.ts';
import { findObjectType, type ObjectType } from './object-types.ts';
import type { StoredRecord } from './stored-record.ts';

const CONTACTS = findObjectType('contacts') as ObjectType;
const COMPANIES = findObjectType('companies') as ObjectType;
const BORN = {
  at: 0,
  iso: '1970-01-01T00:00:00.000Z',
  source: { sourceType: 'API', sourceId: null, userId: null },
};
const PLAIN = new AssociationCatalogue().list(COMPANIES, CONTACTS).slice(0, 1);

function setup(count: number) {
  const company = new ObjectStore(COMPANIES).create(BORN);
  const store = new ObjectStore(CONTACTS);
  const contacts = Array.from({ length: count }, () => store.create(BORN));
  return { company, contacts, store };
}

function allPages(company: StoredRecord, limit: number): string[] {
  const ids: string[] = [];
  for (let after: number | undefined = 0; after !== undefined; ) {
    const { shown, next } = pageOfLinks(company, 'contacts', { after, limit });
    ids.push(...shown.map(({ to }) => to.id));
    after = next === undefined ? undefined : Number(next);
  }
  return ids;
}

describe('the links of a record', () => {
  it('are what was linked last, in id order, whatever the order of changes', () => {
    const change = fc.record({ place: fc.nat(29), isLinked: fc.boolean() });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 120 }), (changes) => {
        const { company, contacts } = setup(30);
        const expected = new Set<StoredRecord>();
        for (const { place, isLinked } of changes) {
          const contact = contacts[place] as StoredRecord;
          putLink(company, contact, isLinked ? PLAIN : undefined);
          if (isLinked) expected.add(contact);
          else expected.delete(contact);
          // Reading in between must not be what keeps the order right.
          if (place === 0) pageOfLinks(company, 'contacts', { limit: 5 });
        }
        const ids = contacts.filter((contact) => expected.has(contact)).map(({ id }) => id);
        expect(allPages(company, 7)).toEqual(ids);
        expect(linksOf(company)).toHaveLength(ids.length);
        for (const contact of contacts)
          expect(findLink(company, contact)).toBe(expected.has(contact) ? PLAIN : undefined);
      }),
    );
  });

  it('are in id order when many come out of order at once', () => {
    const { company, contacts } = setup(200);
    for (const contact of [...contacts].reverse()) putLink(company, contact, PLAIN);
    expect(allPages(company, 30)).toEqual(contacts.map(({ id }) => id));
  });

  it.each([3, 40])('to archived records are passed over, of %i in all', (count) => {
    const { company, contacts, store } = setup(count);
    for (const contact of contacts) putLink(company, contact, PLAIN);
    store.archive(contacts[1] as StoredRecord, 1);
    const rest = contacts.filter((_, place) => place !== 1).map(({ id }) => id);
    expect(allPages(company, 2)).toEqual(rest);
  });

  it('to other types are kept apart', () => {
    const { company, contacts } = setup(20);
    const deal = new ObjectStore(findObjectType('deals') as ObjectType).create(BORN);
    for (const contact of contacts) putLink(company, contact, PLAIN);
    putLink(company, deal, PLAIN);
    expect(linksOf(company, 'deals').map(({ to }) => to)).toEqual([deal]);
    expect(allPages(company, 50)).toHaveLength(20);
    expect(pageOfLinks(company, 'tickets', { limit: 5 })).toEqual({ shown: [], next: undefined });
  });
});
