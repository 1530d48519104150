import { z } from 'zod';
import { badRequest } from './api-error.ts';
import type { Portal } from './portal.ts';
import { createRandom, type Random } from './random.ts';
import {
  companyValues,
  contactValues,
  dealValues,
  type SeedCompany,
  type SeedValues,
} from './seed-values.ts';
import type { StoredRecord } from './stored-record.ts';
import { applyWrite, type PlannedWrite } from './writes.ts';

const MAX_RECORDS = 10_000_000;
const YEARS_MS = 4 * 365.25 * 86_400_000;
/** Records after which the portal does what is due. */
const DUE_EVERY = 500;
const CONTACTS_PER_COMPANY = 8;
const CONTACTS_PER_DEAL = 10;
/** Share of contacts that belong to a company, and of those that were changed once after they were made. */
const WITH_COMPANY = 0.7;
const CHANGED_LATER = 0.25;
const IMPORT = { sourceType: 'IMPORT', sourceId: 'seed', userId: 7 };

const countSchema = z.number().int().min(0).max(MAX_RECORDS);

export const seedSchema = z.strictObject({
  contacts: countSchema.optional(),
  /** Default one for eight contacts. */
  companies: countSchema.optional(),
  /** Default one for ten contacts. */
  deals: countSchema.optional(),
  /** The same seed makes the same people. Default 1. */
  seed: z.number().int().min(0).optional(),
});

/** How many made-up records a portal is filled with. */
export type SeedOptions = z.infer<typeof seedSchema>;

export interface SeedResult {
  contacts: number;
  companies: number;
  deals: number;
}

/**
 * Fills a portal with people, companies and deals that do not exist: addresses under example.com, made over the last four
 * years, contacts linked to companies and deals to both. No request is answered meanwhile.
 */
export function seedPortal(portal: Portal, options: SeedOptions): SeedResult {
  const { contacts = 0, seed = 1 } = seedSchema.parse(options);
  const {
    companies = Math.ceil(contacts / CONTACTS_PER_COMPANY),
    deals = Math.ceil(contacts / CONTACTS_PER_DEAL),
  } = options;
  const sower = new Sower(portal, createRandom(seed));
  sower.companies(companies);
  sower.contacts(contacts);
  sower.deals(deals);
  return { contacts, companies, deals };
}

interface Sown<T> {
  record: StoredRecord;
  about: T;
}

class Sower {
  readonly #portal: Portal;
  readonly #random: Random;
  readonly #now: number;
  readonly #companies: Sown<SeedCompany>[] = [];
  readonly #contacts: Sown<SeedCompany | undefined>[] = [];

  constructor(portal: Portal, random: Random) {
    this.#portal = portal;
    this.#random = random;
    this.#now = portal.clock.now();
  }

  companies(count: number): void {
    this.#sow(count, 'companies', (number, at) => {
      const { company, values } = companyValues(this.#random, number);
      this.#companies.push({ record: this.#write('companies', values, at), about: company });
    });
  }

  contacts(count: number): void {
    this.#sow(count, 'contacts', (number, at) => {
      const company = this.#random() < WITH_COMPANY ? this.#someCompany() : undefined;
      const values = contactValues(this.#random, { number, at, company: company?.about });
      const record = this.#write('contacts', values, at, company ? [company.record] : []);
      this.#contacts.push({ record, about: company?.about });
      if (this.#random() < CHANGED_LATER) this.#changeLater(record, at);
    });
  }

  deals(count: number): void {
    this.#sow(count, 'deals', (number, at) => {
      const contact = this.#contacts[Math.floor(this.#random() * this.#contacts.length)];
      const values = dealValues(this.#random, { number, at, company: contact?.about });
      this.#write('deals', values, at, contact ? [contact.record] : []);
    });
  }

  /** Instants ascend with the ids and lie closer the later they are; numbers go on behind what is there. */
  #sow(count: number, type: string, one: (number: number, at: number) => void): void {
    const { live, archived } = this.#portal.objects(type).store.counts;
    const first = live + archived + 1;
    for (let place = 0; place < count; place += 1) {
      const progress = Math.sqrt((place + this.#random()) / count);
      one(first + place, Math.floor(this.#now - YEARS_MS * (1 - progress)));
      // What follows from the past is due at once; gathered, it would make the schedule slow.
      if (place % DUE_EVERY === 0) this.#portal.schedule.runDue();
    }
    this.#portal.schedule.runDue();
  }

  #write(typeName: string, values: SeedValues, at: number, to: readonly StoredRecord[] = []): StoredRecord {
    const data = this.#portal.objects(typeName);
    const { associations } = this.#portal;
    const links = to.map((record) => {
      const type =
        associations.primary(data.type, record.type) ?? associations.default(data.type, record.type);
      if (!type) throw badRequest(`${typeName} cannot be linked to ${record.type.name}`);
      return { to: record, type };
    });
    return this.#apply({ target: undefined, values, warnings: [], links }, typeName, at);
  }

  #changeLater(record: StoredRecord, at: number): void {
    const later = Math.floor(at + this.#random() * (this.#now - at));
    const values: SeedValues = [['num_conversion_events', String(6 + Math.floor(this.#random() * 4))]];
    this.#apply({ target: record, values, warnings: [], links: [] }, 'contacts', later);
  }

  #apply(write: PlannedWrite, typeName: string, at: number): StoredRecord {
    const data = this.#portal.objects(typeName);
    const kind = write.target ? 'update' : 'create';
    const context = { portal: this.#portal, data, version: '2026-09' as const };
    return applyWrite(write, context, { kind, now: at, requestN: 0, source: IMPORT });
  }

  /** Few companies have many contacts. */
  #someCompany(): Sown<SeedCompany> | undefined {
    return this.#companies[Math.floor(this.#random() ** 2 * this.#companies.length)];
  }
}
