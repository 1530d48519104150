import type { PortalWrite } from '../evidence.ts';
import type { PortalProcess } from '../portal-process.ts';
import { LABEL, LIST, SLOTS, SUBSCRIPTION } from './subjects.ts';

/** Records and addresses asked for at once. */
const READ_CONCURRENCY = 16;
/** The mapping of the workers, relative to the repository. */
export const EFFECTS_CONFIG = 'test/chaos/effects/spoke.config.ts';

/** What the portal gave numbers to. */
export interface EffectsIds {
  readonly listId: string;
  readonly labelId: number;
}

export interface LinkedRecord {
  readonly id: string;
  readonly properties: Readonly<Record<string, string | null>>;
  readonly archived: boolean;
  /** By type: the linked records, each with the numbers of the kinds of its link. */
  readonly associations?: Readonly<
    Record<string, readonly { readonly id: string; readonly typeIds: readonly number[] }[]>
  >;
}

/** What the portal holds in the end. */
export interface EffectsPortal {
  readonly contacts: readonly LinkedRecord[];
  readonly companies: readonly LinkedRecord[];
  readonly deals: readonly LinkedRecord[];
  readonly notes: readonly LinkedRecord[];
  /** Ids of the contacts on the list. */
  readonly members: ReadonlySet<string>;
  /** By address: what the portal says of the subscription. */
  readonly consent: ReadonlyMap<string, string>;
  /** Applied writes by contact id. */
  readonly writes: ReadonlyMap<string, readonly PortalWrite[]>;
  /** The label's number, seen from the contact. */
  readonly labelId: number;
}

/** Gives the portal what the config of the scenario names. Returns what is needed to read the final state. */
export async function prepareEffects(portal: PortalProcess): Promise<EffectsIds> {
  const unique = { name: 'chaos_id', hasUniqueValue: true };
  const number = { type: 'number', fieldType: 'number' };
  const slots = SLOTS.map((name) => ({ name }));
  await defineProperties(portal, 'contacts', 'contactinformation', [
    { name: 'chaos_orders', ...number },
    { name: 'chaos_revenue', ...number },
  ]);
  await defineProperties(portal, 'companies', 'companyinformation', [
    unique,
    { name: 'spoke_domain', hasUniqueValue: true },
    ...slots,
  ]);
  await defineProperties(portal, 'deals', 'dealinformation', [unique, ...slots]);
  const { list } = await portal.api<{ list: { listId: string } }>('POST', '/crm/lists/2026-09', {
    name: LIST,
    objectTypeId: '0-1',
    processingType: 'MANUAL',
  });
  await portal.api('POST', '/_simulator/subscription-types', { name: SUBSCRIPTION });
  // The first numbers are also those of HubSpot's own kinds of link.
  let labelId = 0;
  for (const label of ['Adviser', 'Sponsor', LABEL]) {
    const { results } = await portal.api<{ results: { typeId: number }[] }>(
      'POST',
      '/crm/associations/2026-09/contacts/companies/labels',
      { label, name: label.toLowerCase() },
    );
    labelId = results[0]?.typeId ?? 0;
  }
  return { listId: list.listId, labelId };
}

export async function readEffects(
  portal: PortalProcess,
  { listId, labelId }: EffectsIds,
  emails: readonly string[],
): Promise<EffectsPortal> {
  const contacts = await portal.records<LinkedRecord>('contacts');
  const writes = new Map<string, readonly PortalWrite[]>();
  await inParallel(contacts, async ({ id }) => {
    const { results } = await portal.api<{ results: PortalWrite[] }>(
      'GET',
      `/_simulator/history/contacts/${id}`,
    );
    writes.set(id, results);
  });
  const consent = new Map<string, string>();
  await inParallel(emails, async (email) => {
    const { statuses } = await portal.api<{ statuses: { name: string; state: string }[] }>(
      'GET',
      `/_simulator/consent/${encodeURIComponent(email)}`,
    );
    consent.set(email, statuses.find(({ name }) => name === SUBSCRIPTION)?.state ?? 'UNKNOWN');
  });
  const { members } = await portal.api<{ members: { recordId: string }[] }>(
    'GET',
    `/_simulator/lists/${listId}`,
  );
  return {
    contacts,
    companies: await portal.records<LinkedRecord>('companies'),
    deals: await portal.records<LinkedRecord>('deals'),
    notes: await portal.records<LinkedRecord>('notes'),
    members: new Set(members.map(({ recordId }) => recordId)),
    consent,
    writes,
    labelId,
  };
}

async function defineProperties(
  portal: PortalProcess,
  objectType: string,
  groupName: string,
  definitions: readonly { readonly name: string }[],
): Promise<void> {
  await portal.api('POST', `/crm/properties/2026-09/${objectType}/batch/create`, {
    inputs: definitions.map((definition) => ({
      label: definition.name,
      groupName,
      type: 'string',
      fieldType: 'text',
      ...definition,
    })),
  });
}

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  for (let start = 0; start < items.length; start += READ_CONCURRENCY)
    await Promise.all(items.slice(start, start + READ_CONCURRENCY).map(work));
}
