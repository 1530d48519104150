import { companyBy, companyByDomain, contactBy, contactByEmail, dealBy, type RecordRef } from 'spoke';
import { z } from 'zod';

/** Properties of companies and deals that many lanes write; each event sets some of them. */
export const SLOTS = ['chaos_a', 'chaos_b', 'chaos_c'] as const;
export type Slot = (typeof SLOTS)[number];

export const LIST = 'Chaos members';
export const SUBSCRIPTION = 'Chaos letter';
export const LABEL = 'Champion';
/** A portal moves along these only forward. */
export const STAGES = [
  'subscriber',
  'lead',
  'marketingqualifiedlead',
  'salesqualifiedlead',
  'opportunity',
  'customer',
] as const;

const slots = z.array(z.enum(SLOTS));

/** Something about a person, with whatever else the event sets off. */
export const personPayload = z.object({
  person: z.number().int(),
  /** From 1 and without gaps for each person, in the order of the commits. */
  seq: z.number().int(),
  /** Unique, also among the tries that roll back. */
  tag: z.string(),
  stage: z.enum(STAGES).optional(),
  /** The person's company: linked, and these of its slots are set. */
  company: z.object({ company: z.number().int(), slots, champion: z.boolean() }).optional(),
  /** Linked; without slots it is left to another event to make the deal. */
  deal: z.object({ deal: z.number().int(), slots }).optional(),
  /** Adds to the running values. */
  amount: z.string().optional(),
  note: z.boolean().optional(),
  onList: z.boolean().optional(),
  consent: z.boolean().optional(),
});
export type PersonPayload = z.infer<typeof personPayload>;

/** An event of a company's or deal's own. */
export const ownPayload = z.object({ of: z.number().int(), tag: z.string(), slots });
export type OwnPayload = z.infer<typeof ownPayload>;

export const emailOf = (person: number): string => `person-${person}@chaos.example.com`;

/** Half are known by their address, half by an id of the application. */
export const personRef = (person: number): RecordRef =>
  person % 2 === 0 ? contactByEmail(emailOf(person)) : contactBy('chaos_id', `p-${person}`);

/** Half are known by their domain, half by an id of the application. */
export const companyRef = (company: number): RecordRef =>
  company % 2 === 0 ? companyByDomain(`c${company}.example.com`) : companyBy('chaos_id', `c-${company}`);

export const dealRef = (deal: number): RecordRef => dealBy('chaos_id', `d-${deal}`);

export function slotValues(names: readonly Slot[], tag: string): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, tag]));
}
