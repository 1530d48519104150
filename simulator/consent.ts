import type { Change } from './changes.ts';
import type { ConsentChange, SubscriptionType, SubscriptionTypeOptions } from './consent-store.ts';
import type { StoredRecord } from './object-store.ts';
import type { Portal } from './portal.ts';
import type { ChangeSource } from './value-versions.ts';
import { applyWrite } from './writes.ts';

const OPT_OUT = 'hs_email_optout';
/** Named in histories of the mirrored properties. */
const MIRROR: ChangeSource = { sourceType: 'EMAIL', sourceId: null, userId: null };

/** Notes what an address says, and mirrors an opt-out on its contact. */
export function changeConsent(
  portal: Portal,
  change: Omit<ConsentChange, 'reason' | 'at'>,
  occasion: { at: number; requestN: number },
): ConsentChange {
  const noted = portal.consent.change({ ...change, at: occasion.at });
  const contact = portal.objects('contacts').store.findUnique('email', noted.email);
  if (contact) mirrorConsent(portal, contact, occasion);
  return noted;
}

/** Adds a kind of e-mail, with the read-only property of contacts that shows the opt-out from it. */
export function addSubscriptionType(portal: Portal, options: SubscriptionTypeOptions): SubscriptionType {
  const type = portal.consent.addType(options);
  const { registry } = portal.objects('contacts');
  const general = registry.get(OPT_OUT);
  if (!general) throw new Error(`contacts have no property ${OPT_OUT}`);
  registry.put({ ...general, name: `${OPT_OUT}_${type.id}`, label: `Opted out of email: ${type.name}` });
  return type;
}

/**
 * Keeps contacts that come to an address after its opt-out in step with it. Listeners may not change records, so the mirror is
 * written as the next thing the portal does.
 */
export function followContacts(portal: Portal): void {
  portal.changes.subscribe((change) => {
    if (portal.consent.isEmpty) return;
    const contact = newAddressOf(change);
    if (!contact || !portal.consent.knows(contact.properties.get('email') ?? '')) return;
    portal.schedule.at(change.at, () => mirrorConsent(portal, contact, change));
  });
}

function newAddressOf(change: Change): StoredRecord | undefined {
  if (change.kind !== 'created' && change.kind !== 'updated' && change.kind !== 'merged') return undefined;
  if (change.record.type.name !== 'contacts') return undefined;
  return change.values.some(({ name }) => name === 'email') || change.kind === 'merged'
    ? change.record
    : undefined;
}

function mirrorConsent(
  portal: Portal,
  contact: StoredRecord,
  { at, requestN }: { at: number; requestN: number },
): void {
  const email = contact.properties.get('email');
  if (!email || contact.archivedAt !== undefined) return;
  const values: [string, string][] = [];
  const show = (name: string, optedOut: boolean) => {
    const shown = contact.properties.get(name) ?? '';
    // Who never opted out has no value at all.
    if (shown !== String(optedOut) && (optedOut || shown !== '')) values.push([name, String(optedOut)]);
  };
  show(OPT_OUT, portal.consent.optOut(email) !== undefined);
  for (const { id } of portal.consent.types())
    show(`${OPT_OUT}_${id}`, portal.consent.status(email, id).state === 'UNSUBSCRIBED');
  if (values.length === 0) return;
  const data = portal.objects('contacts');
  const write = { target: contact, values, warnings: [], links: [] };
  applyWrite(
    write,
    { portal, data, version: '2026-09' },
    { kind: 'update', now: at, requestN, source: MIRROR },
  );
}
