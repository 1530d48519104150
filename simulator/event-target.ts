import { textOf } from './call.ts';
import type { Portal } from './portal.ts';
import type { StoredRecord } from './stored-record.ts';
import { normaliseEmail } from './validation.ts';

/** How an event names the record it belongs to; exactly one of them. */
export interface EventTarget {
  objectId?: string | undefined;
  email?: string | undefined;
  /** A visitor's cookie, known from forms that were filled in. */
  utk?: string | undefined;
  /** Of a company. */
  domain?: string | undefined;
}

/** The fields of an event that may name its record; undefined when none does. */
export function targetIn(input: Record<string, unknown>): EventTarget | undefined {
  for (const name of ['objectId', 'email', 'utk', 'domain'] as const) {
    const value = input[name];
    if ((typeof value === 'string' && value !== '') || typeof value === 'number')
      return { [name]: textOf(value) };
  }
  return undefined;
}

/** The live record that an event belongs to. */
export function findTarget(
  portal: Portal,
  objectType: string,
  target: EventTarget,
): StoredRecord | undefined {
  const data = portal.objects(objectType);
  if (target.objectId !== undefined) return portal.liveRecord(data, target.objectId);
  if (target.email !== undefined) {
    return data.type.name === 'contacts'
      ? data.store.findUnique('email', normaliseEmail(target.email))
      : undefined;
  }
  if (target.utk !== undefined) return visitorOf(portal, target.utk);
  const { domain } = target;
  if (domain === undefined || data.type.name !== 'companies') return undefined;
  const { records } = data.store.page(0, 1, (record) => {
    return record.archivedAt === undefined && record.properties.get('domain') === domain.toLowerCase();
  });
  return records[0];
}

/** The contact whose forms bore a cookie, the latest one. */
export function visitorOf(portal: Portal, utk: string): StoredRecord | undefined {
  const { contactId } =
    portal.forms.submissions().findLast(({ hutk, contactId }) => hutk === utk && contactId) ?? {};
  return contactId === undefined ? undefined : portal.liveRecord(portal.objects('contacts'), contactId);
}
