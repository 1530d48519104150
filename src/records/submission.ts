import type { EffectDraft } from '../mapping/effects.ts';
import type { EffectsPayload } from '../mapping/effects-event.ts';
import { associate } from '../mapping/links.ts';
import { note } from '../mapping/note.ts';
import type { PropertyValues } from '../mapping/transforms/encode-value.ts';
import { type DealValues, upsertCompany, upsertContact, upsertDeal } from '../mapping/upserts.ts';
import {
  type CompanyName,
  type ContactName,
  companyRef,
  contactRef,
  type DealName,
  dealRef,
} from './record-names.ts';

/** A deal that may not be there yet: HubSpot takes none without name and stage. */
export type NewDeal = DealValues & {
  readonly name: string;
  readonly stage: string;
  readonly contact?: ContactName | undefined;
  readonly company?: CompanyName | undefined;
};

export type FieldValue = string | number | boolean | Date | readonly string[] | null | undefined;

/** What somebody has filled in, already mapped to HubSpot's properties. */
export interface Submission {
  readonly contact: ContactName;
  readonly properties?: PropertyValues;
  /** Created or updated as well, and linked with contact and deal. */
  readonly company?: { readonly name: CompanyName; readonly properties?: PropertyValues };
  readonly deal?: Omit<NewDeal, 'contact' | 'company'> & { readonly id: DealName };
  /** First line of the note; default `Form submission`. */
  readonly title?: string;
  /** Shown in the note, one a line, by their labels; empty ones are left out. */
  readonly fields?: Readonly<Record<string, FieldValue>>;
  /** Shown below the fields. */
  readonly message?: string | null | undefined;
}

const TITLE = 'Form submission';
/** A contact's or deal's main company, as every portal has it. */
const PRIMARY = { label: 'Primary' } as const;

/** Contact, company, deal, their links and the note of a submission. */
export function submissionPayload(submission: Submission): EffectsPayload {
  const contact = contactRef(submission.contact);
  const effects: EffectDraft[] = [upsertContact(contact, submission.properties)];
  const company = submission.company && companyRef(submission.company.name);
  if (company) {
    effects.push(upsertCompany(company, submission.company?.properties));
    effects.push(associate(contact, company, PRIMARY));
  }
  if (submission.deal) {
    const { id, ...deal } = submission.deal;
    effects.push(...dealEffects(id, { ...deal, contact, company }));
  }
  effects.push(note(contact, { title: submission.title ?? TITLE, text: textOf(submission) }));
  return { record: contact, effects };
}

/** A deal with its links, which wait for contact and company. */
export function dealEffects(name: DealName, { contact, company, ...values }: NewDeal): EffectDraft[] {
  const deal = dealRef(name);
  return [
    upsertDeal(deal, values),
    ...(contact ? [associate(deal, contactRef(contact))] : []),
    ...(company ? [associate(deal, companyRef(company), PRIMARY)] : []),
  ];
}

function textOf({ fields = {}, message }: Submission): string {
  const lines = Object.entries(fields).flatMap(([label, value]) => {
    const text = fieldText(value).trim();
    return text === '' ? [] : `${label}: ${text}`;
  });
  return [...lines, ...(message ? [...(lines.length > 0 ? [''] : []), message] : [])].join('\n');
}

function fieldText(value: FieldValue): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? '' : value.toISOString();
  return typeof value === 'object' ? value.join(', ') : String(value);
}
