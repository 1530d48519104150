import { z } from 'zod';
import type { SavedPart } from './saved-part.ts';

export const LEGAL_BASES = [
  'LEGITIMATE_INTEREST_PQL',
  'LEGITIMATE_INTEREST_CLIENT',
  'LEGITIMATE_INTEREST_OTHER',
  'PERFORMANCE_OF_CONTRACT',
  'CONSENT_WITH_NOTICE',
  'NON_GDPR',
  'PROCESS_AND_STORE',
] as const;

export const CONSENT_STATES = ['SUBSCRIBED', 'UNSUBSCRIBED', 'NOT_SPECIFIED'] as const;

const FIRST_ID = 41;

export type LegalBasis = (typeof LEGAL_BASES)[number];
export type ConsentState = (typeof CONSENT_STATES)[number];

export type ConsentReason =
  | 'REQUESTED_CHANGE_OCCURRED'
  | 'NO_STATUS_CHANGE'
  | 'RESUBSCRIBE_OCCURRED'
  | 'UNSUBSCRIBE_FROM_ALL_OCCURRED';

export const subscriptionTypeSchema = z.strictObject({
  /** Default: counted up from 41. */
  id: z.number().int().min(1).optional(),
  name: z.string().min(1),
  description: z.string().optional(),
  purpose: z.string().optional(),
  communicationMethod: z.string().optional(),
  isActive: z.boolean().optional(),
  isInternal: z.boolean().optional(),
  isDefault: z.boolean().optional(),
});

/** A kind of e-mail that people may want or not. */
export type SubscriptionTypeOptions = z.input<typeof subscriptionTypeSchema>;

export interface SubscriptionType {
  readonly id: number;
  readonly name: string;
  readonly description: string;
  readonly purpose: string;
  readonly communicationMethod: string;
  readonly isActive: boolean;
  readonly isInternal: boolean;
  readonly isDefault: boolean;
}

/** What new portals have. */
export const DEFAULT_SUBSCRIPTION_TYPES: readonly SubscriptionTypeOptions[] = [
  {
    name: 'One to One',
    description: 'One to one emails',
    purpose: 'Sales',
    isInternal: true,
    isDefault: true,
  },
  { name: 'Marketing Information', description: 'Marketing offers and updates', purpose: 'Marketing' },
  { name: 'Customer Service Communication', description: 'Service and support', purpose: 'Service' },
];

/** What was said, by whom or what, and on which basis. */
export interface ConsentSource {
  readonly source: string;
  readonly legalBasis?: LegalBasis | undefined;
  readonly legalBasisExplanation?: string | undefined;
}

export interface ConsentStatus extends ConsentSource {
  readonly state: ConsentState;
  /** Ms of the portal's clock; undefined: nothing was ever said. */
  readonly at: number | undefined;
}

/** One change of what an address agreed to. */
export interface ConsentChange extends ConsentSource {
  /** Ms of the portal's clock. */
  readonly at: number;
  readonly email: string;
  /** undefined: all e-mail. */
  readonly subscriptionId?: number | undefined;
  readonly state: ConsentState;
  readonly reason: ConsentReason;
}

const changeSchema = z.strictObject({
  at: z.number(),
  email: z.string(),
  subscriptionId: z.number().optional(),
  state: z.enum(CONSENT_STATES),
  reason: z.enum([
    'REQUESTED_CHANGE_OCCURRED',
    'NO_STATUS_CHANGE',
    'RESUBSCRIBE_OCCURRED',
    'UNSUBSCRIBE_FROM_ALL_OCCURRED',
  ]),
  source: z.string(),
  legalBasis: z.enum(LEGAL_BASES).optional(),
  legalBasisExplanation: z.string().optional(),
});

const savedSchema = z.union([
  z.tuple([z.literal('type'), subscriptionTypeSchema.required()]),
  z.tuple([z.literal('change'), changeSchema]),
]);

interface Address {
  optedOutAt: ConsentStatus | undefined;
  readonly statuses: Map<number, ConsentStatus>;
  readonly changes: ConsentChange[];
}

const NEVER: ConsentStatus = { state: 'NOT_SPECIFIED', at: undefined, source: '' };

/**
 * What addresses have agreed to, whether or not a contact has them. Addresses are lower-case.
 *
 * For each kind of e-mail an address is subscribed, unsubscribed or has said nothing. Beside that it may have opted out of all:
 * then it counts as unsubscribed from everything until it subscribes to something again.
 */
export class ConsentStore implements SavedPart {
  readonly #types = new Map<number, SubscriptionType>();
  readonly #addresses = new Map<string, Address>();

  /** Adds a kind of e-mail, or replaces the one with the same id. Throws a ZodError when it is invalid. */
  addType(options: SubscriptionTypeOptions): SubscriptionType {
    const given = subscriptionTypeSchema.parse(options);
    const type: SubscriptionType = {
      id: given.id ?? Math.max(FIRST_ID - 1, ...this.#types.keys()) + 1,
      name: given.name,
      description: given.description ?? '',
      purpose: given.purpose ?? 'Marketing',
      communicationMethod: given.communicationMethod ?? 'Email',
      isActive: given.isActive ?? true,
      isInternal: given.isInternal ?? false,
      isDefault: given.isDefault ?? false,
    };
    this.#types.set(type.id, type);
    return type;
  }

  types(): SubscriptionType[] {
    return [...this.#types.values()];
  }

  type(id: number): SubscriptionType | undefined {
    return this.#types.get(id);
  }

  /** Whether no address has said anything. */
  get isEmpty(): boolean {
    return this.#addresses.size === 0;
  }

  /** Whether anything is known of an address. */
  knows(email: string): boolean {
    return this.#addresses.has(email);
  }

  /** When and how an address opted out of all; undefined: it did not, or came back. */
  optOut(email: string): ConsentStatus | undefined {
    return this.#addresses.get(email)?.optedOutAt;
  }

  status(email: string, subscriptionId: number): ConsentStatus {
    const address = this.#addresses.get(email);
    return address?.optedOutAt ?? address?.statuses.get(subscriptionId) ?? NEVER;
  }

  changesOf(email: string): readonly ConsentChange[] {
    return this.#addresses.get(email)?.changes ?? [];
  }

  addresses(): string[] {
    return [...this.#addresses.keys()];
  }

  /** Notes what an address says to one kind of e-mail, or to all (then only UNSUBSCRIBED has a meaning). */
  change(change: Omit<ConsentChange, 'reason'>): ConsentChange {
    const address = this.#addressOf(change.email);
    const noted = { ...change, reason: this.#reasonFor(change) };
    this.#apply(address, noted);
    return noted;
  }

  #reasonFor({ email, subscriptionId, state }: Omit<ConsentChange, 'reason'>): ConsentReason {
    const optOut = this.optOut(email);
    if (subscriptionId === undefined) return optOut ? 'NO_STATUS_CHANGE' : 'UNSUBSCRIBE_FROM_ALL_OCCURRED';
    const before = this.status(email, subscriptionId).state;
    if (before === state) return 'NO_STATUS_CHANGE';
    return before === 'UNSUBSCRIBED' && state === 'SUBSCRIBED'
      ? 'RESUBSCRIBE_OCCURRED'
      : 'REQUESTED_CHANGE_OCCURRED';
  }

  #apply(address: Address, change: ConsentChange): void {
    address.changes.push(change);
    if (change.reason === 'NO_STATUS_CHANGE') return;
    const { state, at, source, legalBasis, legalBasisExplanation, subscriptionId } = change;
    const status: ConsentStatus = { state, at, source, legalBasis, legalBasisExplanation };
    if (subscriptionId === undefined) {
      address.optedOutAt = status;
      return;
    }
    // Coming back to one kind is no word about the others: what the opt-out ended stays ended.
    const { optedOutAt } = address;
    if (optedOutAt) {
      for (const { id } of this.types()) address.statuses.set(id, optedOutAt);
      address.optedOutAt = undefined;
    }
    address.statuses.set(subscriptionId, status);
  }

  /** Forgets an address, as a privacy delete does. */
  forget(email: string): void {
    this.#addresses.delete(email);
  }

  clear(): void {
    this.#types.clear();
    this.#addresses.clear();
  }

  *dump(): Iterable<unknown> {
    for (const type of this.types()) yield ['type', type];
    for (const { changes } of this.#addresses.values())
      for (const change of changes) yield ['change', change];
  }

  /** Statuses follow from the changes, in their order. */
  restore(row: unknown): void {
    const [kind, value] = savedSchema.parse(row);
    if (kind === 'type') this.addType(value);
    else this.#apply(this.#addressOf(value.email), value);
  }

  #addressOf(email: string): Address {
    const known = this.#addresses.get(email);
    if (known) return known;
    const address: Address = { optedOutAt: undefined, statuses: new Map(), changes: [] };
    this.#addresses.set(email, address);
    return address;
  }
}
