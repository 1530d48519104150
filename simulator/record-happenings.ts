import { type StoredRecord, splitList } from './object-store.ts';
import type { Portal } from './portal.ts';

/** Something that happened to a record beside writes and activities. */
export interface Happening {
  /** Ms of the portal's clock. */
  at: number;
  kind: 'consent' | 'submission' | 'event' | 'app-event';
  title: string;
  facts: { name: string; value: string }[];
}

/** What the people behind a record did, in no order. */
export function recordHappenings(portal: Portal, record: StoredRecord): Happening[] {
  return [
    ...addressesOf(record).flatMap((email) => consentOf(portal, email)),
    ...submissionsOf(portal, record),
    ...customEventsOf(portal, record),
    ...appEventsOf(portal, record),
  ];
}

function consentOf({ consent }: Portal, email: string): Happening[] {
  return consent.changesOf(email).map((change) => {
    const kind = change.subscriptionId === undefined ? undefined : consent.type(change.subscriptionId);
    const what =
      change.subscriptionId === undefined ? 'All e-mail' : (kind?.name ?? `${change.subscriptionId}`);
    return {
      at: change.at,
      kind: 'consent',
      title: `${what}: ${change.state.toLowerCase().replaceAll('_', ' ')}`,
      facts: [
        { name: 'address', value: email },
        { name: 'source', value: change.source },
        { name: 'legal basis', value: change.legalBasis ?? '' },
        { name: 'explanation', value: change.legalBasisExplanation ?? '' },
      ].filter(({ value }) => value !== ''),
    };
  });
}

function submissionsOf(portal: Portal, record: StoredRecord): Happening[] {
  const { store } = portal.objects(record.type.name);
  if (record.type.name !== 'contacts') return [];
  return portal.forms
    .submissions()
    .filter(({ contactId }) => contactId !== undefined && store.get(contactId) === record)
    .map(({ formId, submittedAt, fields, pageUrl = '', pageName = '' }) => ({
      at: submittedAt,
      kind: 'submission',
      title: portal.forms.get(formId)?.name ?? formId,
      facts: [
        { name: 'page', value: pageName },
        { name: 'address of the page', value: pageUrl },
        ...fields.map(({ name, value }) => ({ name, value })),
      ].filter(({ value }) => value !== ''),
    }));
}

function customEventsOf(portal: Portal, record: StoredRecord): Happening[] {
  const { store } = portal.objects(record.type.name);
  return portal.customEvents
    .events()
    .filter(({ objectType, objectId }) => objectType === record.type.name && store.get(objectId) === record)
    .map(({ eventName, occurredAt, properties }) => ({
      at: occurredAt,
      kind: 'event',
      title: portal.customEvents.definition(eventName)?.label ?? eventName,
      facts: Object.entries(properties).map(([name, value]) => ({ name, value })),
    }));
}

function appEventsOf(portal: Portal, record: StoredRecord): Happening[] {
  const { store } = portal.objects(record.type.name);
  return portal.appEvents
    .events()
    .filter(({ objectType, objectId }) => objectType === record.type.name && store.get(objectId) === record)
    .map(({ appId, title, at, properties }) => ({
      at,
      kind: 'app-event',
      title,
      facts: [
        { name: 'app', value: portal.apps.byId(appId)?.name ?? `${appId}` },
        ...Object.entries(properties).map(([name, value]) => ({ name, value })),
      ],
    }));
}

/** The addresses of a person, the primary one first. */
function addressesOf({ type, properties }: StoredRecord): string[] {
  if (!type.secondaryOf) return [];
  const { primary, additional } = type.secondaryOf;
  return [properties.get(primary) ?? '', ...splitList(properties.get(additional))].filter(
    (email) => email !== '',
  );
}
