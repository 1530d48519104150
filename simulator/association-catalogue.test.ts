import { describe, expect, it } from 'vitest';
import { AssociationCatalogue } from './association-catalogue.ts';
import { findObjectType, type ObjectType } from './object-types.ts';

function typeOf(name: string): ObjectType {
  const type = findObjectType(name);
  if (!type) throw new Error(`no object type ${name}`);
  return type;
}

const CUSTOM: ObjectType = { ...typeOf('companies'), name: 'p1_cars', singular: 'p1_car', typeId: '2-77' };

describe('the unlabelled kind', () => {
  it.each([
    ['contacts', 'companies', 279, 280],
    ['contacts', 'deals', 4, 3],
    ['contacts', 'tickets', 15, 16],
    ['deals', 'companies', 341, 342],
    ['tickets', 'companies', 339, 340],
    ['deals', 'tickets', 27, 28],
    ['contacts', 'contacts', 449, 449],
    ['companies', 'companies', 450, 450],
    ['deals', 'deals', 451, 451],
    ['notes', 'contacts', 202, 201],
    ['notes', 'companies', 190, 189],
    ['notes', 'deals', 214, 213],
    ['notes', 'tickets', 228, 227],
    ['tasks', 'contacts', 204, 203],
    ['tasks', 'companies', 192, 191],
    ['tasks', 'deals', 216, 215],
    ['tasks', 'tickets', 230, 229],
    ['calls', 'contacts', 194, 193],
    ['calls', 'companies', 182, 181],
    ['calls', 'deals', 206, 205],
    ['meetings', 'contacts', 200, 199],
    ['meetings', 'companies', 188, 187],
    ['meetings', 'deals', 212, 211],
  ])('of %s to %s is %i, back %i', (from, to, there, back) => {
    const catalogue = new AssociationCatalogue();
    const type = catalogue.default(typeOf(from), typeOf(to));
    expect(type).toMatchObject({ typeId: there, label: null, category: 'HUBSPOT_DEFINED' });
    expect(type?.inverse).toMatchObject({ typeId: back, from: to, to: from });
    expect(type?.inverse.inverse).toBe(type);
  });

  it('is missing between notes', () => {
    expect(new AssociationCatalogue().default(typeOf('notes'), typeOf('notes'))).toBeUndefined();
  });

  it('of custom objects is numbered when first asked for, and stays', () => {
    const catalogue = new AssociationCatalogue();
    const there = catalogue.default(CUSTOM, typeOf('contacts'));
    const back = catalogue.default(typeOf('contacts'), CUSTOM);
    expect(there).toMatchObject({ category: 'USER_DEFINED', label: null });
    expect(back).toBe(there?.inverse);
    expect(catalogue.default(CUSTOM, typeOf('contacts'))).toBe(there);
    expect(catalogue.default(CUSTOM, typeOf('deals'))?.typeId).not.toBe(there?.typeId);
  });
});

describe('the primary kind', () => {
  it.each([
    ['contacts', 1, 2],
    ['deals', 5, 6],
    ['tickets', 26, 25],
  ])('of %s to companies is %i, back %i', (from, there, back) => {
    const type = new AssociationCatalogue().primary(typeOf(from), typeOf('companies'));
    expect(type).toMatchObject({ typeId: there, isSingle: true });
    expect(type?.inverse).toMatchObject({ typeId: back, isSingle: false });
  });
});

it('companies have parents (14) and children (13)', () => {
  const companies = typeOf('companies');
  const parent = new AssociationCatalogue().find(companies, companies, { typeId: 14 });
  expect(parent).toMatchObject({ label: 'Parent Company', isSingle: true });
  expect(parent?.inverse).toMatchObject({ typeId: 13, label: 'Child Company', isSingle: false });
});

describe('the names of v3', () => {
  it.each([
    ['contacts', 'companies', 'contact_to_company', 1],
    ['contacts', 'companies', 'contact_to_company_unlabeled', 279],
    ['deals', 'contacts', 'deal_to_contact', 3],
    ['notes', 'contacts', 'note_to_contact', 202],
    ['companies', 'companies', 'parent_to_child_company', 13],
  ])('%s to %s: %s is %i', (from, to, name, typeId) => {
    expect(new AssociationCatalogue().findNamed(typeOf(from), typeOf(to), name)).toMatchObject({ typeId });
  });
});

it('sets of the same kinds are one, in any order', () => {
  const catalogue = new AssociationCatalogue();
  const types = catalogue.list(typeOf('contacts'), typeOf('companies'));
  expect(catalogue.setOf(types)).toBe(catalogue.setOf([...types].reverse()));
  expect(catalogue.setOf([])).toBeUndefined();
});
