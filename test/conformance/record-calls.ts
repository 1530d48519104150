import { expect } from 'vitest';
import type { Body } from './answer.ts';
import { objects, properties, type Version } from './paths.ts';
import type { Subject } from './subject.ts';

/** An id that no record of any portal has. */
export const UNKNOWN_ID = '999999999999';

export const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** A record as the API returns it. Fails the case when it cannot be made. */
export async function make(
  portal: Subject,
  type: string,
  given: Record<string, string>,
  version: Version = '2026-09',
): Promise<Body> {
  const answer = await portal.call('POST', objects(version, type), { properties: given });
  expect(answer, answer.text).toMatchObject({ status: 201 });
  return answer.body;
}

export function makeContact(portal: Subject, more: Record<string, string> = {}): Promise<Body> {
  return make(portal, 'contacts', { email: portal.address('contact'), ...more });
}

/** Values of a record that are asked for by name. */
export async function valuesOf(
  portal: Subject,
  type: string,
  id: string,
  names: readonly string[],
): Promise<Body['properties']> {
  const path = `${objects('2026-09', type)}/${id}?properties=${names.join(',')}`;
  const answer = await portal.call('GET', path);
  expect(answer, answer.text).toMatchObject({ status: 200 });
  return answer.body.properties;
}

/**
 * Unique text properties, one for each kind of record and file: a portal has ten for a kind. The returned function defines it when
 * it is first asked for and resolves to its name.
 */
export function useKeys(portal: Subject): (type: string, group: string) => Promise<string> {
  const names = new Map<string, string>();
  return async (type, group) => {
    const known = names.get(type);
    if (known !== undefined) return known;
    const name = portal.name('key');
    const answer = await portal.call('POST', properties('2026-09', type), {
      name,
      label: name,
      groupName: group,
      type: 'string',
      fieldType: 'text',
      hasUniqueValue: true,
    });
    expect(answer, answer.text).toMatchObject({ status: 201 });
    names.set(type, name);
    return name;
  };
}
